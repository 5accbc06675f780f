using Recede.Engine.Reports;
using Recede.Engine.Training;

namespace Recede.Trainer.Display;

/// <summary>What a person sees of a run.</summary>
internal interface IRunDisplay : IPruningRunListener
{
    /// <summary>Tells what is about to be done.</summary>
    /// <param name="header">Names and values, one a line.</param>
    /// <param name="scores">What the channels' scores are called: importances, or scales.</param>
    void Begin(IReadOnlyList<(string Name, string Value)> header, string scores);

    /// <summary>Does the run, showing how it goes on.</summary>
    PruningRunResult Follow(Func<PruningRunResult> run);

    /// <summary>Shows what came of it.</summary>
    /// <param name="report">The figures.</param>
    /// <param name="path">Where they were written; null for nowhere.</param>
    void End(RunReport report, string? path);
}
