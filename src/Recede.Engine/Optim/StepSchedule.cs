namespace Recede.Engine.Optim;

/// <summary>The rate falls by a factor at each milestone.</summary>
public sealed class StepSchedule : LearningRateSchedule
{
    private readonly double[] _milestones;

    /// <summary>Makes a schedule.</summary>
    /// <param name="baseRate">Rate before the first milestone.</param>
    /// <param name="epochs">Epochs of training.</param>
    /// <param name="milestones">Shares of the epochs, ascending, above 0 and below 1, at which the rate falls; 50 % and 75 %
    /// when left out.</param>
    /// <param name="factor">What the rate is multiplied by at a milestone, above 0 and at most 1.</param>
    /// <param name="warmUpEpochs">Epochs of linear warm-up.</param>
    /// <exception cref="ArgumentException">Milestones are not ascending or not inside (0, 1).</exception>
    /// <exception cref="ArgumentOutOfRangeException">Another argument is out of range.</exception>
    public StepSchedule(
        float baseRate, double epochs, IReadOnlyList<double>? milestones = null, double factor = 0.1, double warmUpEpochs = 0)
        : base(baseRate, epochs, warmUpEpochs)
    {
        _milestones = [.. milestones ?? [0.5, 0.75]];
        for (var i = 0; i < _milestones.Length; i++)
        {
            if (!(_milestones[i] > (i == 0 ? 0 : _milestones[i - 1]) && _milestones[i] < 1))
            {
                throw new ArgumentException(
                    $"StepSchedule: milestones must ascend inside (0, 1); milestone {i} is {_milestones[i]}.", nameof(milestones));
            }
        }

        DecayFactor = factor > 0 && factor <= 1
            ? factor
            : throw new ArgumentOutOfRangeException(
                nameof(factor), factor, $"StepSchedule: the factor must be above 0 and at most 1, got {factor}.");
    }

    /// <summary>Shares of the epochs at which the rate falls.</summary>
    public IReadOnlyList<double> Milestones => _milestones;

    /// <summary>What the rate is multiplied by at a milestone.</summary>
    public double DecayFactor { get; }

    private protected override double Factor(double epochProgress)
    {
        var factor = 1.0;
        foreach (var milestone in _milestones)
        {
            if (epochProgress >= milestone * Epochs)
            {
                factor *= DecayFactor;
            }
        }

        return factor;
    }
}
