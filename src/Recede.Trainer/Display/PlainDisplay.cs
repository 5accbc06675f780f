using Recede.Engine.Data;
using Recede.Engine.Pruning;
using Recede.Engine.Reports;
using Recede.Engine.Training;

namespace Recede.Trainer.Display;

/// <summary>Plain ASCII lines without control codes, for files and pipes.</summary>
internal sealed class PlainDisplay(TextWriter writer, bool quiet) : IRunDisplay
{
    private readonly PhaseClock _clock = new(TimeProvider.System);
    private string _scores = "";

    /// <inheritdoc/>
    public DatasetPair Open(Func<IDownloadListener?, DatasetPair> open) => open(quiet ? null : new DownloadLines(writer));

    /// <inheritdoc/>
    public void Begin(IEnumerable<(string Name, string Value)> header, string scores)
    {
        _scores = scores;
        foreach (var (name, value) in header)
        {
            Say($"{name,-10}{value}");
        }
    }

    /// <inheritdoc/>
    public T Follow<T>(Func<T> run) => run();

    /// <inheritdoc/>
    public void OnPhase(string name, int epochs)
    {
        _clock.Start();
        if (epochs > 0)
        {
            Say("");
            Say(PhaseLines.Title(name, epochs));
            Say(PhaseLines.Heading);
        }
    }

    /// <inheritdoc/>
    public void OnStep(in StepReport report) => _clock.Count(report);

    /// <inheritdoc/>
    public void OnEpoch(EpochReport report)
    {
        _clock.EndEpoch();
        Say(PhaseLines.Of(report, _clock.ImagesPerSecond));
    }

    /// <inheritdoc/>
    public void OnTrained(FitResult training, NetworkResult result)
    {
        if (training.Best is not { } best)
        {
            return;
        }

        Say("");
        Say(PhaseLines.Histogram(_scores, best));
        foreach (var line in ImportanceBars.List(best.Importances))
        {
            Say(line);
        }

        Say("  " + ImportanceBars.Summary(best.Importances));
    }

    /// <inheritdoc/>
    public void OnPruned(PruningPlan plan, Evaluation before) => ShowPlan(plan, before);

    /// <inheritdoc/>
    public void ShowPlan(PruningPlan plan, Evaluation? before)
    {
        Say("");
        foreach (var line in PlanLines.Of(plan, before))
        {
            Say(line);
        }
    }

    /// <inheritdoc/>
    public void OnFineTuned(PrunedResult result)
    {
    }

    /// <inheritdoc/>
    public void End(RunReport report, string? path)
    {
        Say("");
        foreach (var line in ResultTable.Plain(report).Concat(ResultTable.Notes(report)))
        {
            writer.WriteLine(line);
        }

        Say(PhaseLines.Ending(report.WallSeconds, path));
    }

    /// <inheritdoc/>
    public void End(IEnumerable<string> lines, double seconds, string? path)
    {
        Say("");
        foreach (var line in lines)
        {
            writer.WriteLine(line);
        }

        Say(PhaseLines.Ending(seconds, path));
    }

    /// <inheritdoc/>
    public void Tell(string line)
    {
        Say("");
        Say(line);
    }

    private void Say(string line)
    {
        if (!quiet)
        {
            writer.WriteLine(line);
        }
    }
}
