using Recede.Engine.Pruning;
using Recede.Engine.Training;

namespace Recede.Engine.Reports.TensorBoard;

/// <summary>
/// Writes each epoch of a run to a file of events, and passes everything on: loss, accuracy, learning rate, penalty, the share of channels
/// that receded, and the histogram of importances. The step is the epoch; the training's names begin with "train/", those of a fine-tuning with
/// "fine-tune-50/".
/// </summary>
/// <param name="file">The file, the caller's.</param>
/// <param name="next">Who else follows the run.</param>
public sealed class EventListener(EventFile file, IPruningRunListener next) : IPruningRunListener
{
    // The first bin holds what scores less than a twentieth.
    private const int RecededBins = ImportanceHistogram.Bins / 20;
    private string _phase = "train";

    /// <inheritdoc/>
    public void OnPhase(string name, int epochs)
    {
        ArgumentNullException.ThrowIfNull(name);
        _phase = name.Replace(" %", "", StringComparison.Ordinal).Replace(' ', '-');
        next.OnPhase(name, epochs);
    }

    /// <inheritdoc/>
    public void OnStep(in StepReport report) => next.OnStep(report);

    /// <inheritdoc/>
    public void OnEpoch(EpochReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var receded = (double)report.Importances.Take(RecededBins).Sum() / Math.Max(1, report.Importances.Sum());
        file.Write(
            report.Epoch,
            [
                ($"{_phase}/loss", report.TrainLoss),
                ($"{_phase}/test_loss", report.Test.Loss),
                ($"{_phase}/accuracy", report.TrainAccuracy),
                ($"{_phase}/test_accuracy", report.Test.Accuracy),
                ($"{_phase}/learning_rate", report.LearningRate),
                ($"{_phase}/penalty", report.Penalty),
                ($"{_phase}/receded", receded),
            ],
            ($"{_phase}/importances", report.Importances));
        next.OnEpoch(report);
    }

    /// <inheritdoc/>
    public void OnTrained(FitResult training, NetworkResult result) => next.OnTrained(training, result);

    /// <inheritdoc/>
    public void OnPruned(PruningPlan plan, Evaluation before) => next.OnPruned(plan, before);

    /// <inheritdoc/>
    public void OnFineTuned(PrunedResult result) => next.OnFineTuned(result);
}
