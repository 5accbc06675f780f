namespace Recede.Engine.Optim;

/// <summary>
/// The learning rate as a function of training's progress. Each begins with an optional warm-up: over its epochs the rate
/// rises linearly from 0 to what the schedule gives (Goyal et al., arXiv 1706.02677). Immutable.
/// </summary>
public abstract class LearningRateSchedule
{
    private protected LearningRateSchedule(float baseRate, double epochs, double warmUpEpochs)
    {
        BaseRate = float.IsFinite(baseRate) && baseRate >= 0
            ? baseRate
            : throw new ArgumentOutOfRangeException(
                nameof(baseRate), baseRate, $"The base learning rate must be finite and 0 or more, got {baseRate}.");
        Epochs = double.IsFinite(epochs) && epochs > 0
            ? epochs
            : throw new ArgumentOutOfRangeException(nameof(epochs), epochs, $"A schedule needs more than 0 epochs, got {epochs}.");
        WarmUpEpochs = warmUpEpochs >= 0 && warmUpEpochs < epochs
            ? warmUpEpochs
            : throw new ArgumentOutOfRangeException(
                nameof(warmUpEpochs), warmUpEpochs, $"The warm-up must be from 0 to below the {epochs} epochs, got {warmUpEpochs}.");
    }

    /// <summary>The largest rate.</summary>
    public float BaseRate { get; }

    /// <summary>Epochs that the schedule spans; may be fractional.</summary>
    public double Epochs { get; }

    /// <summary>Epochs of warm-up at its start; may be fractional.</summary>
    public double WarmUpEpochs { get; }

    /// <summary>The learning rate at a point of training.</summary>
    /// <param name="epochProgress">Epochs since the start, 0 or more: 2.25 is a quarter into the third. Training gives
    /// where a step begins, step / steps with the first step 0, so the very first step of a warm-up has rate 0. Beyond the last
    /// epoch the final rate holds.</param>
    /// <exception cref="ArgumentOutOfRangeException">The progress is negative or NaN.</exception>
    public float Rate(double epochProgress)
    {
        if (!(epochProgress >= 0))
        {
            throw new ArgumentOutOfRangeException(
                nameof(epochProgress), epochProgress, $"The progress must be 0 epochs or more, got {epochProgress}.");
        }

        var rate = BaseRate * Factor(Math.Min(epochProgress, Epochs));
        return (float)(epochProgress < WarmUpEpochs ? rate * (epochProgress / WarmUpEpochs) : rate);
    }

    /// <summary>The rate at a progress of 0 to <see cref="Epochs"/>, relative to the base rate, warm-up aside.</summary>
    private protected abstract double Factor(double epochProgress);
}
