using System.CommandLine;
using Recede.Trainer.Display;

namespace Recede.Trainer.Options;

/// <summary>The options of <c>recede run</c>.</summary>
internal sealed class RunOptions
{
    private readonly TrainOptions _train = new(new OutputOptions(
        "report.html to look at, run.json with all figures, and checkpoints as the run goes: last.safetensors to go on with, best.safetensors, and each pruned network.",
        "the table at the end"));

    private readonly PruneOptions _pruning = new();

    private readonly Option<int?> _fineTuneEpochs = OptionParsing.Whole(
        "--finetune-epochs", "N", 0, int.MaxValue,
        Figures.Format($"Epochs of fine-tuning after each pruning; 0 for none. Default: {Presets.Default.FineTuneEpochs}."));

    private readonly Option<float?> _fineTuneLearningRate = OptionParsing.Real(
        "--finetune-lr", "RATE", x => x > 0, "a number above 0",
        Figures.Format($"Base learning rate of the fine-tuning. Default: {Presets.Default.FineTuneLearningRate}."));

    private readonly Option<bool> _carryMomentum = OptionParsing.Flag(
        "--carry-momentum", "Fine-tune with the shrunk momentum of the training instead of fresh momentum.");

    /// <summary>Makes the options.</summary>
    public RunOptions() => Groups =
    [
        .. _train.Before,
        new OptionGroup("Pruning and fine-tuning", [.. _pruning.All, _fineTuneEpochs, _fineTuneLearningRate, _carryMomentum]),
        _train.Behind,
    ];

    /// <summary>The options as the help groups them.</summary>
    public IReadOnlyList<OptionGroup> Groups { get; }

    /// <summary>The settings that a command line without errors asks for.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="parse">Parses the command line of a run that is to be resumed.</param>
    /// <exception cref="UsageException">Options do not fit each other, the data that they name, or the run to go on with.</exception>
    public RunSettings Resolve(ParseResult line, Func<IReadOnlyList<string>, ParseResult> parse) =>
        Resumption.Resolve(line, _train.Output, _train.Free, parse, Resolve);

    private RunSettings Resolve(ParseResult line)
    {
        var train = _train.Resolve(line);
        var preset = train.Preset ?? Presets.Default;
        return new RunSettings(
            train,
            _pruning.Resolve(line, preset),
            line.GetValue(_fineTuneEpochs) ?? preset.FineTuneEpochs,
            line.GetValue(_fineTuneLearningRate) ?? preset.FineTuneLearningRate,
            line.GetValue(_carryMomentum));
    }
}
