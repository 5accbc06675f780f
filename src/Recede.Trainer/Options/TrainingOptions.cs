using System.CommandLine;
using Recede.Engine.Training;
using Recede.Trainer.Display;

namespace Recede.Trainer.Options;

/// <summary>How a network is trained: the options of every command that trains.</summary>
internal sealed class TrainingOptions
{
    private static readonly string[] Schedules = ["step", "cosine"];
    private static readonly string[] Augmentations = ["none", "crop", "flip", "crop+flip", TrainingSettings.Resized, TrainingSettings.Resized + "+flip"];

    private readonly Option<string> _augment = OptionParsing.Choice(
        "--augment", "KIND", Augmentations,
        Figures.Format($"none, crop (shifted by up to {Presets.CropPadding} pixels), flip (left to right), crop+flip; resized (a random part, 8 to 100 % of the area, stretched: ImageNet's), resized+flip. Default: none."));

    private readonly Option<int?> _epochs;

    private readonly Option<int?> _batch = OptionParsing.Whole(
        "--batch", "N", 1, int.MaxValue, Figures.Format($"Images a step. Default: {Presets.Default.BatchSize}."));

    private readonly Option<float?> _learningRate;

    private readonly Option<string> _schedule = OptionParsing.Choice(
        "--schedule", "KIND", Schedules, "step (divided by 10 at 50 % and 75 % of the epochs) or cosine. Default: cosine.");

    private readonly Option<float?> _warmUp;

    private readonly Option<float?> _weightDecay = OptionParsing.Real(
        "--weight-decay", "X", x => x >= 0, "a number of 0 or more",
        Figures.Format($"Weight decay (bounded scales have none). Default: {Presets.Default.WeightDecay}."));

    private readonly Option<float?> _labelSmoothing = OptionParsing.Real(
        "--label-smoothing", "X", x => x is >= 0 and < 1, "a number of 0 or more, below 1", "Share of each label that is spread over all classes. Default: 0.");

    private readonly Option<ulong?> _seed = OptionParsing.Seed(
        Figures.Format($"Seed of weights, order, augmentation, random choice; the same seed gives the same result. Default: {Presets.DefaultSeed}."));

    private readonly bool _isFineTuning;

    private TrainingOptions(bool isFineTuning, int epochs, float learningRate)
    {
        _isFineTuning = isFineTuning;
        _epochs = OptionParsing.Whole("--epochs", "N", 1, int.MaxValue, Figures.Format($"Passes over the training images. Default: {epochs}."));
        _learningRate = OptionParsing.Real("--lr", "RATE", x => x > 0, "a number above 0", Figures.Format($"Base learning rate. Default: {learningRate}."));
        _warmUp = OptionParsing.Real(
            "--warmup", "EPOCHS", x => x >= 0, "a number of epochs, 0 or more",
            $"Epochs, 0.5 for half a one, in which the learning rate first rises from 0{(isFineTuning ? "" : "; not in fine-tuning")}. Default: 0.");
        Recipe = [_epochs, _batch, _learningRate, _schedule, _warmUp, _weightDecay, _labelSmoothing];
    }

    /// <summary>How the images are varied; the help lists it with the data.</summary>
    public Option Augmentation => _augment;

    /// <summary>The seed.</summary>
    public Option Seed => _seed;

    /// <summary>The others, as the help lists them.</summary>
    public IReadOnlyList<Option> Recipe { get; }

    /// <summary>Those of a training.</summary>
    public static TrainingOptions ForTraining() => new(isFineTuning: false, Presets.Default.Epochs, Presets.Default.LearningRate);

    /// <summary>Those of a fine-tuning.</summary>
    public static TrainingOptions ForFineTuning() => new(isFineTuning: true, Presets.Default.FineTuneEpochs, Presets.Default.FineTuneLearningRate);

    /// <summary>The settings that a command line without errors asks for.</summary>
    /// <exception cref="UsageException">Options do not fit each other.</exception>
    public TrainingSettings Resolve(ParseResult line, Preset preset)
    {
        var augmentation = line.GetValue(_augment);
        var settings = new TrainingSettings
        {
            Epochs = line.GetValue(_epochs) ?? (_isFineTuning ? preset.FineTuneEpochs : preset.Epochs),
            BatchSize = line.GetValue(_batch) ?? preset.BatchSize,
            LearningRate = line.GetValue(_learningRate) ?? (_isFineTuning ? preset.FineTuneLearningRate : preset.LearningRate),
            Decay = line.GetValue(_schedule) is { } schedule
                ? (schedule == Schedules[0] ? LearningRateDecay.Step : LearningRateDecay.Cosine)
                : preset.Decay,
            WarmUpEpochs = line.GetValue(_warmUp) ?? 0,
            WeightDecay = line.GetValue(_weightDecay) ?? preset.WeightDecay,
            LabelSmoothing = line.GetValue(_labelSmoothing) ?? 0,
            CropPadding = augmentation is null ? preset.CropPadding : augmentation.StartsWith("crop", StringComparison.Ordinal) ? Presets.CropPadding : 0,
            ResizedCrop = augmentation?.StartsWith(TrainingSettings.Resized, StringComparison.Ordinal) == true,
            Flip = augmentation is null ? preset.Flip : augmentation.EndsWith("flip", StringComparison.Ordinal),
            Seed = line.GetValue(_seed) ?? Presets.DefaultSeed,
        };
        return settings.WarmUpEpochs < settings.Epochs
            ? settings
            : throw new UsageException(
                Figures.Format($"--warmup {settings.WarmUpEpochs}: expected less than the {settings.Epochs} epochs of training"));
    }
}
