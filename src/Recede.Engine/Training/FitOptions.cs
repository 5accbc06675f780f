using Recede.Engine.Optim;

namespace Recede.Engine.Training;

/// <summary>
/// How a network is trained or fine-tuned; the defaults are the paper's recipe (arXiv 2204.06404) without its augmentation
/// and penalty, which depend on the images and the network.
/// </summary>
public sealed record FitOptions
{
    /// <summary>Passes over the training images.</summary>
    public int Epochs { get; init; } = 160;

    /// <summary>Images a step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>The learning rate that the schedule starts from.</summary>
    public float LearningRate { get; init; } = 0.1f;

    /// <summary>How the learning rate falls from <see cref="LearningRate"/>.</summary>
    public LearningRateDecay Decay { get; init; }

    /// <summary>Epochs, or a part of one, over which the learning rate first rises from 0.</summary>
    public double WarmUpEpochs { get; init; }

    /// <summary>Momentum.</summary>
    public float Momentum { get; init; } = 0.9f;

    /// <summary>Whether the momentum is Nesterov's.</summary>
    public bool Nesterov { get; init; } = true;

    /// <summary>Weight decay of convolution and linear parameters, and of plain norms.</summary>
    public float WeightDecay { get; init; } = 1e-4f;

    /// <summary>How much faster bounded scales learn; they have no weight decay.</summary>
    public float BoundedScaleRate { get; init; } = 10;

    /// <summary>Penalty on the norms' scales; null for none.</summary>
    public ScalePenalty? Penalty { get; init; }

    /// <summary>Label smoothing, in [0, 1).</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Pixels of zero border for a random crop back to the image's size; 0 for none.</summary>
    public int CropPadding { get; init; }

    /// <summary>Whether images are flipped left to right at random.</summary>
    public bool Flip { get; init; }

    /// <summary>Seed of the order of images, the augmentation and dropout.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether the parameters of the best test epoch, since the network was last pruned, are restored at the end.</summary>
    public bool KeepBest { get; init; } = true;

    /// <summary>Whether momentum that the parameters bring along is used, instead of starting afresh.</summary>
    public bool CarryMomentum { get; init; }

    internal LearningRateSchedule Schedule() => Decay == LearningRateDecay.Cosine
        ? new CosineSchedule(LearningRate, Epochs, WarmUpEpochs)
        : new StepSchedule(LearningRate, Epochs, warmUpEpochs: WarmUpEpochs);

    internal FitOptions Validated()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Epochs);
        ArgumentOutOfRangeException.ThrowIfNegative(WarmUpEpochs);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(CropPadding);
        Require(LearningRate is > 0 and < float.PositiveInfinity, nameof(LearningRate), LearningRate);
        Require(Momentum is >= 0 and < 1, nameof(Momentum), Momentum);
        Require(WeightDecay is >= 0 and < float.PositiveInfinity, nameof(WeightDecay), WeightDecay);
        Require(BoundedScaleRate is > 0 and < float.PositiveInfinity, nameof(BoundedScaleRate), BoundedScaleRate);
        Require(LabelSmoothing is >= 0 and < 1, nameof(LabelSmoothing), LabelSmoothing);
        if (Epochs > 0)
        {
            // The schedule checks the rest, such as a warm-up that is longer than the run.
            Schedule();
        }

        return this;
    }

    private static void Require(bool holds, string name, float value)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} cannot be {value}.");
        }
    }
}
