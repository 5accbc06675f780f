using Recede.Engine.Reports;
using Recede.Engine.Reports.TensorBoard;
using Recede.Engine.Training;
using Recede.Trainer.Display;

namespace Recede.Trainer.Options;

/// <summary>Where a command that trains keeps its run, and what it prints.</summary>
internal sealed record OutputSettings
{
    /// <summary>The command.</summary>
    public required string Command { get; init; }

    /// <summary>Folder that gets the figures and checkpoints; null for none.</summary>
    public required string? Folder { get; init; }

    /// <summary>Whether to go on with the run that the folder holds.</summary>
    public required bool Resume { get; init; }

    /// <summary>How many past epochs' networks are kept in the folder.</summary>
    public required int Keep { get; init; }

    /// <summary>Folder that gets events for TensorBoard; null for none.</summary>
    public required string? TensorBoard { get; init; }

    /// <summary>Whether only the result is printed.</summary>
    public required bool Quiet { get; init; }

    /// <summary>The command line that says all that the run is, to be kept with it.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Where the figures go; null for nowhere.</summary>
    public string? ReportPath => Folder is null ? null : Path.Combine(Folder, Command + ".json");

    /// <summary>Where the page of them goes, of a command that makes one; null for nowhere.</summary>
    public string? PagePath => Folder is null ? null : Path.Combine(Folder, HtmlReport.FileName);

    /// <summary>Makes and takes the folder.</summary>
    /// <returns>The folder; null when none was asked for.</returns>
    /// <exception cref="UsageException">It holds a run that was not to be gone on with.</exception>
    /// <exception cref="IOException">It cannot be written, or another process holds it.</exception>
    public RunFolder? Open()
    {
        if (Folder is null)
        {
            return null;
        }

        var folder = RunFolder.Open(OutputFolder.Prepare(Folder));
        if (folder.CanResume && !Resume)
        {
            folder.Dispose();
            throw new UsageException(
                $"--out {Folder} holds a run: go on with it by {Resumption.CommandLine(Folder)}, or give another folder");
        }

        folder.Settings = StoredArguments.Write(Arguments);
        folder.Keep = Keep;
        return folder;
    }

    /// <summary>Does a run, showing how it goes on and telling TensorBoard; where it is cancelled, tells how to go on with it.</summary>
    /// <param name="display">What shows it.</param>
    /// <param name="run">Does it; given who is to follow it.</param>
    public T Follow<T>(IRunDisplay display, Func<IPruningRunListener, T> run)
    {
        using var events = TensorBoard is null ? null : EventFile.Create(TensorBoard);
        IPruningRunListener listener = events is null ? display : new EventListener(events, display);
        try
        {
            return display.Follow(() => run(listener));
        }
        catch (OperationCanceledException e)
        {
            throw new OperationCanceledException(
                Folder is null ? "nothing of it is kept, since there was no --out" : $"go on with it by recede {Command} --resume --out {Folder}", e);
        }
    }

    /// <summary>Writes and shows what a training gave; shows it even where it cannot be written.</summary>
    /// <exception cref="IOException">It cannot be written; the message names the path.</exception>
    public void Report(IRunDisplay display, TrainingReport report)
    {
        string? written = null;
        OutputFolder.SaveAndShow(
            () =>
            {
                if (ReportPath is { } path)
                {
                    report.Save(path);
                    written = path;
                }
            },
            () => display.End(ResultLines.Of(report), report.Result.WallSeconds, written));
    }
}
