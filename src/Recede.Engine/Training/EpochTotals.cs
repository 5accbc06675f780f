namespace Recede.Engine.Training;

/// <summary>What the steps of an epoch add up to.</summary>
/// <param name="Loss">Sum of the cross-entropies of its images.</param>
/// <param name="Penalty">The penalty at its last step.</param>
/// <param name="Correct">Images that were classified rightly.</param>
/// <param name="Images">Images.</param>
/// <param name="Seconds">Seconds that it took.</param>
internal readonly record struct EpochTotals(double Loss, double Penalty, long Correct, long Images, double Seconds)
{
    public double MeanLoss => Loss / Images;

    public double Accuracy => (double)Correct / Images;

    public EpochTotals With(StepResult step, int images, double seconds) =>
        new(Loss + ((double)step.Loss * images), step.Penalty, Correct + step.Correct, Images + images, seconds);
}
