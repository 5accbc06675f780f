namespace Recede.Engine.Training;

/// <summary>What a training gave.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="Before">On the test images, before a fine-tuning; null for a new network.</param>
/// <param name="Training">The training, epoch by epoch.</param>
/// <param name="Result">The network after it.</param>
/// <param name="WallSeconds">Seconds that it took, in all the processes that it went on in.</param>
public sealed record TrainingRunResult(string Network, Evaluation? Before, FitResult Training, NetworkResult Result, double WallSeconds);
