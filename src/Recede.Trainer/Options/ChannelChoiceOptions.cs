using System.CommandLine;
using Recede.Trainer.Display;

namespace Recede.Trainer.Options;

/// <summary>Which channels of a trained network go: the options of <c>recede prune</c>.</summary>
internal sealed class ChannelChoiceOptions
{
    private readonly Option<string> _rule = OptionParsing.Choice(
        "--rule", "NAME", ChannelChoice.Names,
        "global: one threshold over all layers. uniform: the same share of each layer. random: global's widths, but channels drawn at random. "
        + "Default: global.");

    private readonly Option<ulong?> _seed = OptionParsing.Seed(
        Figures.Format($"Seed of the rule random. Default: {Presets.DefaultSeed}."));

    /// <summary>Makes the options.</summary>
    public ChannelChoiceOptions() => All = [_rule, _seed];

    /// <summary>The options, as the help lists them.</summary>
    public IReadOnlyList<Option> All { get; }

    /// <summary>The settings that a command line without errors asks for.</summary>
    /// <exception cref="UsageException">Options do not fit each other.</exception>
    public ChannelChoice Resolve(ParseResult line)
    {
        var (rule, seed) = (line.GetValue(_rule) ?? ChannelChoice.Global, line.GetValue(_seed));
        return seed is null || rule == ChannelChoice.Random
            ? new ChannelChoice(rule, seed ?? Presets.DefaultSeed)
            : throw new UsageException($"--seed: the rule {rule} draws nothing; expected --rule {ChannelChoice.Random} with it");
    }
}
