using Recede.Engine.Training;

namespace Recede.Trainer.Options;

/// <summary>A whole recipe under a name: what each option is when it is not given.</summary>
internal sealed record Preset
{
    /// <summary>Its name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>One line for the help.</summary>
    public required string Summary { get; init; }

    /// <summary>Name of the data set that --data must hold; null when the embedded images serve.</summary>
    public string? Dataset { get; init; }

    /// <summary>What to give to --data.</summary>
    public string? DataHint { get; init; }

    /// <summary>Name of the network.</summary>
    public required string Network { get; init; }

    /// <summary>How it is trained and pruned.</summary>
    public PruningMethod Method { get; init; } = PruningMethod.Bounded;

    /// <summary>Shares of the channels to remove.</summary>
    public IReadOnlyList<double> Ratios { get; init; } = [0.5, 0.9];

    /// <summary>Epochs of training.</summary>
    public required int Epochs { get; init; }

    /// <summary>Epochs of fine-tuning after each pruning.</summary>
    public required int FineTuneEpochs { get; init; }

    /// <summary>Images a step.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Base learning rate of the training.</summary>
    public float LearningRate { get; init; } = 0.1f;

    /// <summary>Base learning rate of the fine-tuning.</summary>
    public required float FineTuneLearningRate { get; init; }

    /// <summary>How both move.</summary>
    public required LearningRateDecay Decay { get; init; }

    /// <summary>Weight decay.</summary>
    public float WeightDecay { get; init; } = 1e-4f;

    /// <summary>Lambda of the polarising penalty; null scales the published one to the number of steps.</summary>
    public float? Lambda { get; init; }

    /// <summary>Lambda of the L1 baseline; null scales the published one to the number of steps.</summary>
    public float? L1Lambda { get; init; }

    /// <summary>Shift b of the polarising penalty; null is the published one of the network's family.</summary>
    public float? Shift { get; init; }

    /// <summary>Channels that a layer keeps at least.</summary>
    public int MinimumChannels { get; init; } = 3;

    /// <summary>Pixels of border for a random crop; 0 for none.</summary>
    public int CropPadding { get; init; }

    /// <summary>Whether images are flipped at random.</summary>
    public bool Flip { get; init; }
}
