namespace Recede.Engine.Pruning;

/// <summary>How channels are chosen.</summary>
public sealed record PruningOptions
{
    /// <summary>What channels are ranked by.</summary>
    public ChannelScore Score { get; init; } = ChannelScore.Scale;

    /// <summary>Over which channels the quantile is taken.</summary>
    public PruningScope Scope { get; init; } = PruningScope.Global;

    /// <summary>A layer keeps at least this many channels, its best.</summary>
    public int MinimumChannels { get; init; } = 3;

    /// <summary>Seed of random scores.</summary>
    public ulong Seed { get; init; }

    /// <summary>
    /// When given, each layer keeps exactly as many channels as it does in this plan for the same spaces and widths, whatever
    /// <see cref="MinimumChannels"/> is, and only which of them is up to the score: so two scores are compared at equal widths.
    /// </summary>
    public PruningPlan? WidthsOf { get; init; }

    internal PruningOptions Validated() => MinimumChannels >= 1
        ? this
        : throw new ArgumentException($"At least one channel of a layer stays; a minimum of {MinimumChannels} was asked for.");
}
