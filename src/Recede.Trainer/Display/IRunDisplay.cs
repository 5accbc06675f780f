using Recede.Engine.Data;
using Recede.Engine.Pruning;
using Recede.Engine.Reports;
using Recede.Engine.Training;

namespace Recede.Trainer.Display;

/// <summary>What a person sees of a run.</summary>
internal interface IRunDisplay : IPruningRunListener
{
    /// <summary>Opens data, showing what is downloaded.</summary>
    DatasetPair Open(Func<IDownloadListener?, DatasetPair> open);

    /// <summary>Tells what is about to be done.</summary>
    /// <param name="header">Names and values, one a line.</param>
    /// <param name="scores">What the channels' scores are called: importances, or scales.</param>
    void Begin(IEnumerable<(string Name, string Value)> header, string scores);

    /// <summary>Does the run, showing how it goes on.</summary>
    T Follow<T>(Func<T> run);

    /// <summary>Shows what was pruned.</summary>
    /// <param name="plan">What went.</param>
    /// <param name="before">The network right after it, before any fine-tuning; null where that was not looked at.</param>
    void ShowPlan(PruningPlan plan, Evaluation? before);

    /// <summary>Shows a line.</summary>
    void Tell(string line);

    /// <summary>Shows what came of a run.</summary>
    /// <param name="report">The figures.</param>
    /// <param name="path">Where they were written; null for nowhere.</param>
    void End(RunReport report, string? path);

    /// <summary>Shows what came of anything else.</summary>
    /// <param name="lines">The figures.</param>
    /// <param name="seconds">How long it took.</param>
    /// <param name="path">Where they were written; null for nowhere.</param>
    void End(IEnumerable<string> lines, double seconds, string? path);
}
