namespace Recede.Engine.Reports;

/// <summary>An epoch as run.json tells it; NaN for a number that was not finite.</summary>
/// <param name="Epoch">Epoch, from 1.</param>
/// <param name="LearningRate">Learning rate at its end.</param>
/// <param name="TrainLoss">Mean cross-entropy over its training images.</param>
/// <param name="TrainAccuracy">Share of its training images that were classified rightly.</param>
/// <param name="TestLoss">Mean cross-entropy over the test images.</param>
/// <param name="TestAccuracy">Share of the test images classified rightly.</param>
/// <param name="Penalty">The penalty on the scales at its last step.</param>
/// <param name="Seconds">Seconds in training steps.</param>
public sealed record StoredEpoch(
    int Epoch,
    double LearningRate,
    double TrainLoss,
    double TrainAccuracy,
    double TestLoss,
    double TestAccuracy,
    double Penalty,
    double Seconds);
