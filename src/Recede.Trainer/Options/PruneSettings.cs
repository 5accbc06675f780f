using Recede.Trainer.Display;

namespace Recede.Trainer.Options;

/// <summary>How much a command line asks to prune.</summary>
/// <param name="Ratios">Shares of the prunable channels to remove.</param>
/// <param name="MinimumChannels">Channels that a layer keeps at least.</param>
internal sealed record PruneSettings(IReadOnlyList<double> Ratios, int MinimumChannels)
{
    /// <summary>What --resume compares, by option.</summary>
    public IEnumerable<(string Option, string Value)> Values =>
    [
        ("--ratios", string.Join(',', Ratios.Select(ratio => Figures.Format($"{ratio}")))),
        ("--min-channels", Figures.Format($"{MinimumChannels}")),
    ];
}
