using System.CommandLine;
using Recede.Engine.Nn;
using Recede.Engine.Training;
using Recede.Trainer.Display;

namespace Recede.Trainer.Options;

/// <summary>Which network and method: the options of every command that makes a network.</summary>
internal sealed class ModelOptions
{
    private const string Auto = "auto";

    private static readonly string[] Methods = ["bounded", "l1", "uniform", "random"];

    private readonly Option<string> _network = OptionParsing.Choice(
        "--network", "NAME", Networks.Names,
        Figures.Format($"One of: {string.Join(", ", Networks.Names)}. Default: {Presets.Default.Network}."));

    private readonly Option<string> _method = OptionParsing.Choice(
        "--method", "NAME", Methods,
        "bounded: bounded BatchNorm, polarising penalty, one threshold over all layers. l1: plain BatchNorm, L1 on its "
        + "scales (network slimming). uniform: plain BatchNorm, no penalty, the same share of each layer. random: like "
        + "bounded, same widths, but channels drawn at random. Default: bounded.");

    private readonly Option<LambdaChoice?> _lambda = OptionParsing.Make<LambdaChoice?>(
        "--lambda", "X|auto",
        "Strength of the method's penalty; 0 for none. auto: the published one (bounded: 1e-3 for VGG, 1e-4 for ResNet; "
        + "l1: a tenth of that) times 125,000 / steps of this run, since a short run must pull harder, but at most 1. Default: auto.",
        ParseLambda);

    private readonly Option<float?> _shift = OptionParsing.Real(
        "--shift", "B", _ => true, "a number",
        "The polarising penalty's shift b: the higher, the weaker a neuron must be to be pulled at most. "
        + "Default: 3 for VGG, 0 for ResNet.");

    /// <summary>Makes the options.</summary>
    public ModelOptions() => All = [_network, _method, _lambda, _shift];

    /// <summary>The options, as the help lists them.</summary>
    public IReadOnlyList<Option> All { get; }

    /// <summary>The settings that a command line without errors asks for.</summary>
    /// <exception cref="UsageException">Options do not fit each other.</exception>
    public ModelSettings Resolve(ParseResult line, Preset preset)
    {
        var method = MethodNamed(line.GetValue(_method)) ?? preset.Method;
        var network = line.GetValue(_network) ?? preset.Network;

        // A preset's penalty belongs to the family of its network.
        var isOfFamily = PublishedStrength.SameFamily(network, preset.Network);
        var published = !isOfFamily ? null : method == PruningMethod.L1 ? preset.L1Lambda : preset.Lambda;
        if (method == PruningMethod.Uniform && line.GetValue(_lambda) is { Value: not 0 })
        {
            throw new UsageException("--lambda: the method uniform has no penalty; expected bounded, l1 or random with it");
        }

        if (method is PruningMethod.Uniform or PruningMethod.L1 && line.GetValue(_shift) is not null)
        {
            throw new UsageException("--shift: only the polarising penalty has a shift; expected --method bounded or random with it");
        }

        return new ModelSettings(
            network,
            method,
            line.GetValue(_lambda) is { } lambda ? lambda.Value : published,
            line.GetValue(_shift) ?? (isOfFamily ? preset.Shift : null) ?? PublishedStrength.Shift(network));
    }

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
}
