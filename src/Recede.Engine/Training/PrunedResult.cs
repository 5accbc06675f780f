using Recede.Engine.Pruning;

namespace Recede.Engine.Training;

/// <summary>What pruning at one ratio gave.</summary>
/// <param name="Plan">What went.</param>
/// <param name="BeforeFineTuning">On the test images, right after pruning.</param>
/// <param name="FineTuning">The fine-tuning.</param>
/// <param name="Result">The network after it.</param>
public sealed record PrunedResult(PruningPlan Plan, Evaluation BeforeFineTuning, FitResult FineTuning, NetworkResult Result)
{
    /// <summary>How far masking and shrinking were apart; null in a run that was begun before this was looked at.</summary>
    public MaskedComparison? Masked { get; init; }
}
