using Recede.Engine.Devices;
using Recede.Engine.Nn;

namespace Recede.Engine.Training;

/// <summary>One training of one network, new or not, that is measured at its end.</summary>
public sealed record TrainingRunOptions
{
    /// <summary>Makes the network to train; a run that is resumed has its own.</summary>
    public required Func<Network> CreateNetwork { get; init; }

    /// <summary>Where it lies.</summary>
    public required Device Device { get; init; }

    /// <summary>How it is trained.</summary>
    public required FitOptions Training { get; init; }

    /// <summary>Whether the network was trained before: then it is evaluated first, and the listener hears of a fine-tuning.</summary>
    public bool IsFineTuning { get; init; }

    /// <summary>Images a pass when the latency is measured.</summary>
    public int LatencyBatch { get; init; } = 64;

    internal TrainingRunOptions Validated()
    {
        Training.Validated();
        ArgumentOutOfRangeException.ThrowIfLessThan(LatencyBatch, 1);
        return this;
    }
}
