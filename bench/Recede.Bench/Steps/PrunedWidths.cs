using System.Text.Json;
using Recede.Engine.Core;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;

namespace Recede.Bench.Steps;

/// <summary>The widths of bench/pruned-widths.json: what bounded pruning gave of a network.</summary>
internal static class PrunedWidths
{
    private const string FileName = "pruned-widths.json";

    /// <summary>The widths of a network's prunable spaces, in order.</summary>
    /// <param name="network">Name of the network.</param>
    /// <param name="percent">Share of its channels that is pruned.</param>
    /// <exception cref="InvalidDataException">The file has no such widths.</exception>
    public static int[] Of(string network, int percent)
    {
        using var document = EmbeddedFile.Json(FileName);
        return document.RootElement.GetProperty("networks").TryGetProperty(network, out var lists)
            && lists.TryGetProperty(FormattableString.Invariant($"{percent}"), out var widths)
            ? [.. widths.EnumerateArray().Select(width => width.GetInt32())]
            : throw new InvalidDataException($"{FileName} has no widths of {network} at {percent} %.");
    }

    /// <summary>Narrows a network to them. Which channels stay is all the same to the time: the first do.</summary>
    public static void Apply(Network network, int percent)
    {
        var widths = Of(network.Name, percent);
        ChannelSpace[] spaces = [.. network.PrunableNorms.Select(norm => norm.Space)];
        if (widths.Length != spaces.Length)
        {
            throw new InvalidDataException($"{FileName}: {network.Name} has {spaces.Length} prunable spaces, the list at {percent} % has {widths.Length} widths.");
        }

        var kept = spaces.Zip(widths).ToDictionary(pair => pair.First, pair => Enumerable.Range(0, pair.Second).ToArray());
        new PruningPlan(network, percent / 100.0, kept).Apply(network);
    }
}
