using Recede.Engine.Pruning;
using Recede.Engine.Training;

namespace Recede.Engine.Reports;

/// <summary>What pruning at one ratio gave, as run.json tells it.</summary>
/// <param name="Ratio">The ratio that was asked for.</param>
/// <param name="AchievedRatio">The share of prunable channels that really went.</param>
/// <param name="AccuracyBefore">On the test images, right after pruning; NaN where it was not finite.</param>
/// <param name="Result">The network after fine-tuning.</param>
/// <param name="Widths">Each space's width before and after, in the network's order; empty where the file is older than that.</param>
/// <param name="FineTuning">The fine-tuning's epochs.</param>
/// <param name="Masked">How far masking and shrinking were apart; null where the file is older than that.</param>
public sealed record StoredPruning(
    double Ratio,
    double AchievedRatio,
    double AccuracyBefore,
    StoredNetwork Result,
    IReadOnlyList<SpaceWidth> Widths,
    IReadOnlyList<StoredEpoch> FineTuning,
    MaskedComparison? Masked);
