using System.CommandLine;

namespace Recede.Trainer.Options;

/// <summary>The options of <c>recede finetune</c>.</summary>
internal sealed class FineTuneOptions
{
    private readonly DataOptions _data = new(DataOptions.OfCheckpoint);
    private readonly TrainingOptions _training = TrainingOptions.ForFineTuning();
    private readonly MachineOptions _machine = new();

    private readonly OutputOptions _output = new(
        "finetune.json with all figures, and checkpoints as it goes: last.safetensors to go on with, best.safetensors, and at the end "
        + "trained.safetensors.",
        "the figures at the end");

    private readonly Option<bool> _carryMomentum = OptionParsing.Flag(
        "--carry-momentum", "Begin with the momentum that FILE holds instead of fresh momentum.");

    /// <summary>Makes the options.</summary>
    public FineTuneOptions() => Groups =
    [
        new OptionGroup("Data", [.. _data.All, _training.Augmentation]),
        new OptionGroup("Fine-tuning", [.. _training.Recipe, _carryMomentum]),
        new OptionGroup("Machine and output", [.. _machine.All, _training.Seed, .. _output.All]),
    ];

    /// <summary>The checkpoint.</summary>
    public Argument<string?> File { get; } = CheckpointArgument.Optional();

    /// <summary>The options as the help groups them.</summary>
    public IReadOnlyList<OptionGroup> Groups { get; }

    /// <summary>The settings that a command line without errors asks for.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="parse">Parses the command line of a run that is to be resumed.</param>
    /// <exception cref="UsageException">Options do not fit each other, the data that they name, or the run to go on with.</exception>
    public FineTuneSettings Resolve(ParseResult line, Func<IReadOnlyList<string>, ParseResult> parse) =>
        Resumption.Resolve(line, _output, [.. _data.Free, .. _machine.Free, .. _output.Free], parse, Resolve);

    private FineTuneSettings Resolve(ParseResult line) => new(
        line.GetValue(File) ?? throw new UsageException("a FILE is missing, the checkpoint to fine-tune; see recede finetune --help"),
        _data.Resolve(line, null),
        _training.Resolve(line, Presets.Default),
        line.GetValue(_carryMomentum),
        _machine.Resolve(line),
        _output.Resolve(line));
}
