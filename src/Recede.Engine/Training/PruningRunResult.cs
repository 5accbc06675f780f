namespace Recede.Engine.Training;

/// <summary>What a whole run gave.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="Training">The training, epoch by epoch.</param>
/// <param name="Unpruned">The trained network.</param>
/// <param name="Pruned">One result a ratio, in the order asked.</param>
/// <param name="WallSeconds">Seconds that it took, in all the processes that it went on in.</param>
public sealed record PruningRunResult(
    string Network, FitResult Training, NetworkResult Unpruned, IReadOnlyList<PrunedResult> Pruned, double WallSeconds);
