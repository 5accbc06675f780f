using System.Text;
using Recede.Engine.Core;
using Recede.Engine.Reports.Html;

namespace Recede.Engine.Reports;

/// <summary>
/// Makes a page of one or several runs: report.html. It is one file that loads nothing, holds no script, and has the same bytes for the
/// same runs. Runs that differ by their seeds alone are shown as one, by mean and standard deviation.
/// </summary>
public static class HtmlReport
{
    /// <summary>The name of the file in a run's folder.</summary>
    public const string FileName = "report.html";

    /// <summary>Writes the page to a stream, which stays open.</summary>
    /// <exception cref="ArgumentException">There are no runs.</exception>
    /// <exception cref="IOException">The stream cannot take it.</exception>
    public static void Write(IReadOnlyList<StoredRun> runs, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(runs);
        ArgumentNullException.ThrowIfNull(stream);
        if (runs.Count == 0)
        {
            throw new ArgumentException("A report needs a run.", nameof(runs));
        }

        using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        ReportPage.Write(new HtmlWriter(writer), RunGroup.Of(runs));
    }

    /// <summary>Writes the page to a file, which is replaced as a whole.</summary>
    /// <exception cref="ArgumentException">There are no runs.</exception>
    /// <exception cref="IOException">It cannot be written; the message names the path.</exception>
    public static void Save(IReadOnlyList<StoredRun> runs, string path) => Save(runs, path, files: null);

    internal static void Save(IReadOnlyList<StoredRun> runs, string path, FileOperations? files)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream => Write(runs, stream), files);
    }
}
