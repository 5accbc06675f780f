namespace Recede.Engine.Optim;

/// <summary>
/// After the warm-up the rate falls along half a cosine (Loshchilov and Hutter, arXiv 1608.03983):
/// final + (base - final) (1 + cos(pi t)) / 2, t from 0 to 1.
/// </summary>
public sealed class CosineSchedule : LearningRateSchedule
{
    /// <summary>Makes a schedule.</summary>
    /// <param name="baseRate">Rate at the start, or after the warm-up.</param>
    /// <param name="epochs">Epochs of training.</param>
    /// <param name="warmUpEpochs">Epochs of linear warm-up.</param>
    /// <param name="finalRate">Rate at the end, 0 to <paramref name="baseRate"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public CosineSchedule(float baseRate, double epochs, double warmUpEpochs = 0, float finalRate = 0)
        : base(baseRate, epochs, warmUpEpochs)
    {
        FinalRate = finalRate >= 0 && finalRate <= baseRate
            ? finalRate
            : throw new ArgumentOutOfRangeException(
                nameof(finalRate), finalRate, $"CosineSchedule: the final rate must be from 0 to the base rate {baseRate}, got {finalRate}.");
    }

    /// <summary>Rate at the end.</summary>
    public float FinalRate { get; }

    private protected override double Factor(double epochProgress)
    {
        if (epochProgress <= WarmUpEpochs || BaseRate == 0)
        {
            return 1;
        }

        var t = (epochProgress - WarmUpEpochs) / (Epochs - WarmUpEpochs);
        var final = (double)FinalRate / BaseRate;
        return final + (1 - final) * (1 + Math.Cos(Math.PI * t)) / 2;
    }
}
