using System.Globalization;
using Recede.Engine.Core;

namespace Recede.Engine.Reports.TensorBoard;

/// <summary>
/// A file of events that TensorBoard reads. A folder holds one for each time that a run was begun or gone on with; TensorBoard reads them one
/// after another, by their names.
/// </summary>
public sealed class EventFile : IDisposable
{
    private const string Prefix = "events.out.tfevents.";

    // Ten digits: names of files that no clock made are passed over.
    private const long MostSeconds = 9_999_999_999;

    // Where others put the machine's name, which is nobody's business.
    private const string Suffix = ".recede";

    private readonly TimeProvider _time;
    private readonly Stream _stream;

    private EventFile(string path, Stream stream, TimeProvider time) => (Path, _stream, _time) = (path, stream, time);

    /// <summary>The file.</summary>
    public string Path { get; }

    private double WallTime => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>Makes a new file in a folder, which is made if need be.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="IOException">It cannot be made; the message names the folder.</exception>
    public static EventFile Create(string folder, TimeProvider? time = null) => Create(folder, time ?? TimeProvider.System, FileOperations.Real);

    internal static EventFile Create(string folder, TimeProvider time, FileOperations files)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        try
        {
            Directory.CreateDirectory(folder);

            // Behind the newest one, even where a run ends within a second or the clock was put back.
            var newest = Directory.EnumerateFiles(folder, Prefix + "*").Select(SecondsOf).DefaultIfEmpty(0).Max();
            var seconds = Math.Max(time.GetUtcNow().ToUnixTimeSeconds(), newest + 1);
            var path = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{seconds:0000000000}{Suffix}"));
            return Begun(new EventFile(path, files.CreateNew(path), time));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new IOException($"{folder} cannot take TensorBoard's events: {e.Message}", e);
        }
    }

    /// <summary>Appends what a step gave, which is in the system's hands then: it outlives the process.</summary>
    /// <param name="step">The step.</param>
    /// <param name="scalars">Numbers by name; those that are not finite are left out.</param>
    /// <param name="histogram">A histogram by name, over 0..1 in bins of equal size; null for none.</param>
    /// <exception cref="IOException">It cannot be written; the message names the file.</exception>
    public void Write(long step, IReadOnlyList<(string Tag, double Value)> scalars, (string Tag, IReadOnlyList<int> Bins)? histogram = null)
    {
        ArgumentNullException.ThrowIfNull(scalars);
        var values = scalars.Where(scalar => double.IsFinite(scalar.Value)).Select(scalar => EventMessages.Scalar(scalar.Tag, scalar.Value)).ToList();
        if (histogram is { } counted)
        {
            values.Add(EventMessages.Counts(counted.Tag, counted.Bins));
        }

        Append(EventMessages.Of(WallTime, step, values));
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static EventFile Begun(EventFile file)
    {
        try
        {
            file.Append(EventMessages.Begin(file.WallTime));
            return file;
        }
        catch
        {
            file.Dispose();
            File.Delete(file.Path);
            throw;
        }
    }

    // The stream has no buffer: what a write could not do is not tried again when the file is closed.
    private void Append(byte[] message)
    {
        try
        {
            RecordWriter.Write(_stream, message);
        }
        catch (IOException e)
        {
            throw new IOException($"{Path} could not be written: {e.Message}", e);
        }
    }

    private static long SecondsOf(string path)
    {
        var rest = System.IO.Path.GetFileName(path.AsSpan())[Prefix.Length..];
        var dot = rest.IndexOf('.');
        return long.TryParse(dot < 0 ? rest : rest[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < MostSeconds ? seconds : 0;
    }
}
