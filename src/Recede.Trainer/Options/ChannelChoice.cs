using Recede.Engine.Nn;
using Recede.Engine.Pruning;

namespace Recede.Trainer.Options;

/// <summary>Which channels of a trained network go.</summary>
/// <param name="Name">The rule: one of <see cref="Names"/>.</param>
/// <param name="Seed">Seed of random choice.</param>
internal sealed record ChannelChoice(string Name, ulong Seed)
{
    public const string Global = "global";
    public const string Uniform = "uniform";
    public const string Random = "random";

    /// <summary>The rules.</summary>
    public static IReadOnlyList<string> Names { get; } = [Global, Uniform, Random];

    /// <summary>Chooses; changes nothing.</summary>
    public PruningPlan Plan(Network network, double ratio, int minimumChannels)
    {
        var options = new PruningOptions
        {
            Scope = Name == Uniform ? PruningScope.Local : PruningScope.Global,
            MinimumChannels = minimumChannels,
            Seed = Seed,
        };
        var plan = OneShot.Plan(network, ratio, options);
        return Name == Random ? OneShot.Plan(network, ratio, options with { Score = ChannelScore.Random, WidthsOf = plan }) : plan;
    }

    /// <summary>The rule in a line, for people.</summary>
    /// <param name="scores">What the channels' scores are called.</param>
    public string Describe(string scores) => Name switch
    {
        Global => $"by {scores.ToLowerInvariant()}, one threshold over all layers",
        Uniform => $"by {scores.ToLowerInvariant()}, the same share of each layer",
        _ => FormattableString.Invariant($"at random, seed {Seed}, to the widths of one threshold over all layers"),
    };
}
