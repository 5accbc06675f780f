using System.CommandLine;
using System.Globalization;
using Recede.Engine.Nn;
using Recede.Engine.Training;

namespace Recede.Trainer.Options;

/// <summary>The options of <c>recede run</c>: what they are called, what the help says of them, how they become settings.</summary>
internal sealed class RunOptions
{
    private const string Auto = "auto";
    private const ulong DefaultSeed = 1;
    private const int DefaultLatencyBatch = 64;
    private const int MostThreads = 1024;

    private static readonly Preset Default = Presets.Default;
    private static readonly string[] Methods = ["bounded", "l1", "uniform", "random"];
    private static readonly string[] Schedules = ["step", "cosine"];
    private static readonly string[] Augmentations = ["none", "crop", "flip", "crop+flip"];
    private static readonly string[] Devices = [DeviceChoice.Cpu, DeviceChoice.Auto, DeviceChoice.Cuda];
    private static readonly string[] Precisions = [RunSettings.Float32, RunSettings.Tf32, RunSettings.BFloat16];

    private readonly DataOptions _data = new();

    private readonly Option<string> _preset = OptionParsing.Make<string>(
        "--preset", "NAME", "Start from one of the presets above; options given beside it win.", text => text);

    private readonly Option<string> _augment = OptionParsing.Choice(
        "--augment", "KIND", Augmentations,
        Text($"none, crop (shifted by up to {Presets.CropPadding} pixels), flip (left to right), crop+flip. Default: none."));

    private readonly Option<string> _network = OptionParsing.Choice(
        "--network", "NAME", Networks.Names, Text($"One of: {string.Join(", ", Networks.Names)}. Default: {Default.Network}."));

    private readonly Option<string> _method = OptionParsing.Choice(
        "--method", "NAME", Methods,
        "bounded: bounded BatchNorm, polarising penalty, one threshold over all layers. l1: plain BatchNorm, L1 on its "
        + "scales (network slimming). uniform: plain BatchNorm, no penalty, the same share of each layer. random: like "
        + "bounded, same widths, but channels drawn at random. Default: bounded.");

    private readonly Option<float?> _labelSmoothing = OptionParsing.Real(
        "--label-smoothing", "X", x => x is >= 0 and < 1, "a number of 0 or more, below 1", "Share of each label that is spread over all classes. Default: 0.");

    private readonly Option<int?> _epochs = OptionParsing.Whole(
        "--epochs", "N", 1, int.MaxValue, Text($"Passes over the training images. Default: {Default.Epochs}."));

    private readonly Option<int?> _batch = OptionParsing.Whole(
        "--batch", "N", 1, int.MaxValue, Text($"Images a step. Default: {Default.BatchSize}."));

    private readonly Option<float?> _learningRate = OptionParsing.Real(
        "--lr", "RATE", x => x > 0, "a number above 0", Text($"Base learning rate. Default: {Default.LearningRate}."));

    private readonly Option<string> _schedule = OptionParsing.Choice(
        "--schedule", "KIND", Schedules, "step (divided by 10 at 50 % and 75 % of the epochs) or cosine. Default: cosine.");

    private readonly Option<float?> _warmUp = OptionParsing.Real(
        "--warmup", "EPOCHS", x => x >= 0, "a number of epochs, 0 or more",
        "Epochs, 0.5 for half a one, in which the learning rate first rises from 0; not in fine-tuning. Default: 0.");

    private readonly Option<float?> _weightDecay = OptionParsing.Real(
        "--weight-decay", "X", x => x >= 0, "a number of 0 or more",
        Text($"Weight decay (bounded scales have none). Default: {Default.WeightDecay}."));

    private readonly Option<LambdaChoice?> _lambda = OptionParsing.Make<LambdaChoice?>(
        "--lambda", "X|auto",
        "Strength of the method's penalty; 0 for none. auto: the published one (bounded: 1e-3 for VGG, 1e-4 for ResNet; "
        + "l1: a tenth of that) times 125,000 / steps of this run, since a short run must pull harder, but at most 1. Default: auto.",
        ParseLambda);

    private readonly Option<float?> _shift = OptionParsing.Real(
        "--shift", "B", _ => true, "a number",
        "The polarising penalty's shift b: the higher, the weaker a neuron must be to be pulled at most. "
        + "Default: 3 for VGG, 0 for ResNet.");

    private readonly Option<IReadOnlyList<double>> _ratios = OptionParsing.Make<IReadOnlyList<double>>(
        "--ratios", "LIST",
        "Shares of the prunable channels to remove, each from the trained network. Default: 0.5,0.9.",
        ParseRatios);

    private readonly Option<int?> _minimumChannels = OptionParsing.Whole(
        "--min-channels", "N", 1, int.MaxValue, Text($"Channels that a layer keeps at least. Default: {Default.MinimumChannels}."));

    private readonly Option<int?> _fineTuneEpochs = OptionParsing.Whole(
        "--finetune-epochs", "N", 0, int.MaxValue,
        Text($"Epochs of fine-tuning after each pruning; 0 for none. Default: {Default.FineTuneEpochs}."));

    private readonly Option<float?> _fineTuneLearningRate = OptionParsing.Real(
        "--finetune-lr", "RATE", x => x > 0, "a number above 0",
        Text($"Base learning rate of the fine-tuning. Default: {Default.FineTuneLearningRate}."));

    private readonly Option<bool> _carryMomentum = OptionParsing.Flag(
        "--carry-momentum", "Fine-tune with the shrunk momentum of the training instead of fresh momentum.");

    private readonly Option<string> _device = OptionParsing.Choice(
        "--device", "NAME", Devices, "cpu; cuda, for an NVIDIA GPU (new: tested on a stand-in, not yet on a GPU); or auto: cuda where it can run, else cpu; the run says why. Default: auto.");

    private readonly Option<string> _precision = OptionParsing.Choice(
        "--precision", "NAME", Precisions,
        "On a GPU: float32; tf32, which rounds what convolutions and linear layers multiply to 10 bits of fraction; or "
        + "bfloat16, which keeps activations in 16 bits, parameters and statistics in float32. The CPU has float32. Default: float32.");

    private readonly Option<int?> _threads = OptionParsing.Whole(
        "--threads", "N", 1, MostThreads,
        "Threads; results are the same for any number. Default: RECEDE_THREADS, or all processors.");

    private readonly Option<ulong?> _seed = OptionParsing.Make<ulong?>(
        "--seed", "N",
        Text($"Seed of weights, order, augmentation, random choice; the same seed gives the same result. Default: {DefaultSeed}."),
        text => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException("a whole number of 0 or more"));

    private readonly Option<int?> _latencyBatch = OptionParsing.Whole(
        "--latency-batch", "N", 1, int.MaxValue, Text($"Images a pass when latency is measured. Default: {DefaultLatencyBatch}."));

    private readonly Option<string> _out = OptionParsing.Make<string>(
        "--out", "DIR",
        "Folder, made if need be, that gets run.json with all figures, and checkpoints as the run goes: last.safetensors to go on with, "
        + "best.safetensors, and each pruned network. Default: none is written.",
        text => text.Length > 0 ? text : throw new FormatException("a folder"));

    private readonly Option<bool> _resume = OptionParsing.Flag(
        "--resume", "Go on with the run that --out holds, however it ended; the result is that of a run that did not end. Give --out, and at most --device, --threads, --quiet, with it.");

    private readonly Option<int?> _keep = OptionParsing.Whole(
        "--keep", "N", 0, int.MaxValue, "Past epochs' networks to keep in --out, as epoch-0007.safetensors. Default: 0.");

    private readonly Option<bool> _quiet = OptionParsing.Flag("--quiet", "Print only the table at the end.");

    /// <summary>Makes the options.</summary>
    public RunOptions() => Groups =
    [
        new OptionGroup("Data", [_preset, .. _data.All, _augment]),
        new OptionGroup("Network and method", [_network, _method, _lambda, _shift]),
        new OptionGroup("Training", [_epochs, _batch, _learningRate, _schedule, _warmUp, _weightDecay, _labelSmoothing]),
        new OptionGroup("Pruning and fine-tuning", [_ratios, _minimumChannels, _fineTuneEpochs, _fineTuneLearningRate, _carryMomentum]),
        new OptionGroup("Machine and output", [_device, _precision, _threads, _seed, _latencyBatch, _out, _resume, _keep, _quiet]),
    ];

    /// <summary>The options as the help groups them.</summary>
    public IReadOnlyList<OptionGroup> Groups { get; }

    /// <summary>The settings that a command line without errors asks for.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="parse">Parses the command line of a run that is to be resumed.</param>
    /// <exception cref="UsageException">Options do not fit each other or the data that they name.</exception>
    public RunSettings Resolve(ParseResult line, Func<IReadOnlyList<string>, ParseResult> parse) =>
        line.GetValue(_resume) ? Resumed(line, parse) : Resolve(line);

    private RunSettings Resumed(ParseResult line, Func<IReadOnlyList<string>, ParseResult> parse)
    {
        var folder = line.GetValue(_out)
            ?? throw new UsageException("--resume: expected --out DIR with it, the folder of the run to go on with");
        Option[] allowed = [_resume, _out, _device, _threads, _quiet];
        foreach (var option in Groups.SelectMany(group => group.Options))
        {
            if (!allowed.Contains(option) && line.GetResult(option) is { Implicit: false })
            {
                throw new UsageException($"{option.Name}: --resume goes on as the run was begun; expected only --out, --device, --threads and --quiet with it");
            }
        }

        var begun = parse(StoredArguments.Read(RunFolder.ReadSettings(folder)));
        if (begun.Errors.Count > 0)
        {
            throw new InvalidDataException($"{folder} holds a run of arguments that are none: {LineErrors.Describe(begun)}");
        }

        var settings = Resolve(begun);
        return settings with
        {
            Resume = true,
            Out = folder,
            Device = line.GetValue(_device) ?? settings.Device,
            Threads = line.GetValue(_threads) ?? settings.Threads,
            Quiet = line.GetValue(_quiet),
        };
    }

    private RunSettings Resolve(ParseResult line)
    {
        var named = line.GetValue(_preset) is { } name ? Presets.Named(name) : null;
        var preset = named ?? Default;
        var method = MethodNamed(line.GetValue(_method)) ?? preset.Method;
        var network = line.GetValue(_network) ?? preset.Network;
        var augmentation = line.GetValue(_augment);

        // A preset's penalty belongs to the family of its network.
        var isOfFamily = PublishedStrength.SameFamily(network, preset.Network);
        var published = !isOfFamily ? null : method == PruningMethod.L1 ? preset.L1Lambda : preset.Lambda;
        var settings = new RunSettings
        {
            Preset = named,
            Network = network,
            Method = method,
            Ratios = line.GetValue(_ratios) ?? preset.Ratios,
            Epochs = line.GetValue(_epochs) ?? preset.Epochs,
            FineTuneEpochs = line.GetValue(_fineTuneEpochs) ?? preset.FineTuneEpochs,
            BatchSize = line.GetValue(_batch) ?? preset.BatchSize,
            LearningRate = line.GetValue(_learningRate) ?? preset.LearningRate,
            FineTuneLearningRate = line.GetValue(_fineTuneLearningRate) ?? preset.FineTuneLearningRate,
            Decay = line.GetValue(_schedule) is { } schedule
                ? (schedule == Schedules[0] ? LearningRateDecay.Step : LearningRateDecay.Cosine)
                : preset.Decay,
            WarmUpEpochs = line.GetValue(_warmUp) ?? 0,
            WeightDecay = line.GetValue(_weightDecay) ?? preset.WeightDecay,
            LabelSmoothing = line.GetValue(_labelSmoothing) ?? 0,
            Lambda = line.GetValue(_lambda) is { } lambda ? lambda.Value : published,
            Shift = line.GetValue(_shift) ?? (isOfFamily ? preset.Shift : null) ?? PublishedStrength.Shift(network),
            MinimumChannels = line.GetValue(_minimumChannels) ?? preset.MinimumChannels,
            CarryMomentum = line.GetValue(_carryMomentum),
            CropPadding = augmentation is null ? preset.CropPadding : augmentation.StartsWith("crop", StringComparison.Ordinal) ? Presets.CropPadding : 0,
            Flip = augmentation is null ? preset.Flip : augmentation.EndsWith("flip", StringComparison.Ordinal),
            Data = _data.Resolve(line, named),
            Device = line.GetValue(_device) ?? DeviceChoice.Auto,
            Precision = line.GetValue(_precision) ?? RunSettings.Float32,
            Seed = line.GetValue(_seed) ?? DefaultSeed,
            Threads = line.GetValue(_threads),
            LatencyBatch = line.GetValue(_latencyBatch) ?? DefaultLatencyBatch,
            Out = line.GetValue(_out),
            Keep = line.GetValue(_keep) ?? 0,
            Arguments = [.. line.Tokens.Select(token => token.Value)],
            Quiet = line.GetValue(_quiet),
        };
        Check(settings, line);
        return settings;
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    private static PruningMethod? MethodNamed(string? name) => name switch
    {
        "bounded" => PruningMethod.Bounded,
        "l1" => PruningMethod.L1,
        "uniform" => PruningMethod.Uniform,
        "random" => PruningMethod.Random,
        _ => null,
    };

    private static LambdaChoice? ParseLambda(string text) =>
        new LambdaChoice(text == Auto ? null : OptionParsing.ParseReal(text, x => x >= 0, "a number of 0 or more, or auto"));

    private static double[] ParseRatios(string text)
    {
        const string Expected = "numbers above 0 and below 1, separated by commas, each once";
        var ratios = new List<double>();
        foreach (var part in text.Split(','))
        {
            if (!double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio)
                || !(ratio is > 0 and < 1) || ratios.Contains(ratio))
            {
                throw new FormatException(Expected);
            }

            ratios.Add(ratio);
        }

        return [.. ratios];
    }

    private void Check(RunSettings settings, ParseResult line)
    {
        if (settings.WarmUpEpochs >= settings.Epochs)
        {
            throw new UsageException(Text($"--warmup {settings.WarmUpEpochs}: expected less than the {settings.Epochs} epochs of training"));
        }

        if (settings.Method == PruningMethod.Uniform && line.GetValue(_lambda) is { Value: not 0 })
        {
            throw new UsageException("--lambda: the method uniform has no penalty; expected bounded, l1 or random with it");
        }

        if (settings.Method is PruningMethod.Uniform or PruningMethod.L1 && line.GetValue(_shift) is not null)
        {
            throw new UsageException("--shift: only the polarising penalty has a shift; expected --method bounded or random with it");
        }

        if (settings.Precision != RunSettings.Float32 && settings.Device == DeviceChoice.Cpu)
        {
            throw new UsageException($"--precision {settings.Precision}: the CPU computes in {RunSettings.Float32}; expected --device cuda with it");
        }
    }
}
