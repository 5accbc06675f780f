namespace Recede.Engine.Training;

/// <summary>What one epoch gave.</summary>
/// <param name="Epoch">Epoch, from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="LearningRate">Learning rate at its end.</param>
/// <param name="TrainLoss">Mean cross-entropy over its training images, as they were seen.</param>
/// <param name="Penalty">The penalty on the scales at its last step.</param>
/// <param name="TrainAccuracy">Share of its training images that were classified rightly.</param>
/// <param name="Test">Loss and accuracy on the test images.</param>
/// <param name="Importances">Histogram of the scores of all norms' channels, 20 bins over 0..1.</param>
/// <param name="TrainSeconds">Seconds in training steps, the data included.</param>
/// <param name="IsBest">Whether the test accuracy is the best so far.</param>
public sealed record EpochReport(
    int Epoch,
    int Epochs,
    float LearningRate,
    double TrainLoss,
    double Penalty,
    double TrainAccuracy,
    Evaluation Test,
    IReadOnlyList<int> Importances,
    double TrainSeconds,
    bool IsBest);
