using System.CommandLine;

namespace Recede.Trainer.Options;

/// <summary>All that says how a new network is trained: the options of <c>recede train</c>, and of <c>recede run</c> up to the pruning.</summary>
internal sealed class TrainOptions
{
    private readonly Option<string> _preset = OptionParsing.Make<string>(
        "--preset", "NAME", "Start from one of the presets above; options given beside it win.", text => text);

    private readonly DataOptions _data = new();
    private readonly ModelOptions _model = new();
    private readonly TrainingOptions _training = TrainingOptions.ForTraining();
    private readonly MachineOptions _machine = new();

    /// <summary>Makes the options.</summary>
    /// <param name="output">What the command leaves behind.</param>
    public TrainOptions(OutputOptions output)
    {
        Output = output;
        Before =
        [
            new OptionGroup("Data", [_preset, .. _data.All, _training.Augmentation]),
            new OptionGroup("Network and method", _model.All),
            new OptionGroup("Training", _training.Recipe),
        ];
        Behind = new OptionGroup("Machine and output", [.. _machine.All, _training.Seed, .. output.All]);
        Free = [.. _data.Free, .. _machine.Free, .. output.Free];
    }

    /// <summary>What the command leaves behind.</summary>
    public OutputOptions Output { get; }

    /// <summary>The options that the help lists first.</summary>
    public IReadOnlyList<OptionGroup> Before { get; }

    /// <summary>Those that it lists last.</summary>
    public OptionGroup Behind { get; }

    /// <summary>Those that a resumed run may have otherwise.</summary>
    public IReadOnlyList<Option> Free { get; }

    /// <summary>The settings that a command line without errors asks for.</summary>
    /// <exception cref="UsageException">Options do not fit each other or the data that they name.</exception>
    public TrainSettings Resolve(ParseResult line)
    {
        var named = line.GetValue(_preset) is { } name ? Presets.Named(name) : null;
        var preset = named ?? Presets.Default;
        return new TrainSettings(
            named,
            _data.Resolve(line, named),
            _model.Resolve(line, preset),
            _training.Resolve(line, preset),
            _machine.Resolve(line),
            Output.Resolve(line));
    }
}
