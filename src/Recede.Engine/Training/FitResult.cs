namespace Recede.Engine.Training;

/// <summary>What a training run gave.</summary>
/// <param name="Epochs">Each epoch's report.</param>
/// <param name="BestEpoch">Epoch of the best test accuracy, from 1; 0 when none was trained.</param>
/// <param name="Final">The network as it was left: the best epoch's when it was restored.</param>
public sealed record FitResult(IReadOnlyList<EpochReport> Epochs, int BestEpoch, Evaluation Final)
{
    /// <summary>The report of the best epoch; null when none was trained.</summary>
    public EpochReport? Best => Epochs.ElementAtOrDefault(BestEpoch - 1);
}
