using Recede.Engine.Training;
using Recede.Trainer.Display;

namespace Recede.Trainer.Options;

/// <summary>How a command line asks for a network to be trained.</summary>
internal sealed record TrainingSettings
{
    /// <summary>The augmentation that takes a random part of an image and stretches it.</summary>
    public const string Resized = "resized";

    public required int Epochs { get; init; }

    public required int BatchSize { get; init; }

    public required float LearningRate { get; init; }

    public required LearningRateDecay Decay { get; init; }

    public required float WarmUpEpochs { get; init; }

    public required float WeightDecay { get; init; }

    public required float LabelSmoothing { get; init; }

    public required int CropPadding { get; init; }

    public required bool ResizedCrop { get; init; }

    public required bool Flip { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>What the random parts of images are drawn from; null for whole images.</summary>
    public ulong? CropSeed => ResizedCrop ? Seed : null;

    /// <summary>What --resume compares, by option.</summary>
    public IEnumerable<(string Option, string Value)> Values =>
    [
        ("--epochs", Figures.Format($"{Epochs}")),
        ("--batch", Figures.Format($"{BatchSize}")),
        ("--lr", Figures.Format($"{LearningRate}")),
        ("--schedule", Schedule),
        ("--warmup", Figures.Format($"{WarmUpEpochs}")),
        ("--weight-decay", Figures.Format($"{WeightDecay}")),
        ("--label-smoothing", Figures.Format($"{LabelSmoothing}")),
        ("--augment", Augmentation.Length == 0 ? "none" : Augmentation),
        ("--seed", Figures.Format($"{Seed}")),
    ];

    private string Schedule => Decay == LearningRateDecay.Step ? "step" : "cosine";

    private string Augmentation => (Crop.Length > 0, Flip) switch
    {
        (true, true) => Crop + "+flip",
        (false, true) => "flip",
        _ => Crop,
    };

    private string Crop => ResizedCrop ? Resized : CropPadding > 0 ? "crop" : "";

    /// <summary>Optimiser steps over so many images.</summary>
    public long StepsOver(int images) => Epochs * (((long)images + BatchSize - 1) / BatchSize);

    /// <summary>The recipe for the engine.</summary>
    /// <param name="penalty">Penalty on the scales; null for none.</param>
    public FitOptions CreateFit(ScalePenalty? penalty) => new()
    {
        Epochs = Epochs,
        BatchSize = BatchSize,
        LearningRate = LearningRate,
        Decay = Decay,
        WarmUpEpochs = WarmUpEpochs,
        WeightDecay = WeightDecay,
        LabelSmoothing = LabelSmoothing,
        Penalty = penalty,
        CropPadding = CropPadding,
        Flip = Flip,
        Seed = Seed,
    };

    /// <summary>All that in a line, for people.</summary>
    public string Describe()
    {
        var augmentation = Augmentation.Length == 0 ? "" : ", " + Augmentation.Replace(Resized, "resized crop", StringComparison.Ordinal).Replace("+", " and ", StringComparison.Ordinal);
        return Figures.Format($"{Figures.Epochs(Epochs)}, batch {BatchSize}, {Schedule} from lr {LearningRate}{augmentation}, seed {Seed}");
    }
}
