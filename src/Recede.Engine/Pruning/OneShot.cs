using Recede.Engine.Core;
using Recede.Engine.Nn;

namespace Recede.Engine.Pruning;

/// <summary>
/// One-shot pruning (arXiv 2204.06404): a channel stays if its score is strictly above the ratio's quantile; a layer that
/// would keep fewer than the minimum keeps its best, the lower index winning a tie.
/// </summary>
public static class OneShot
{
    /// <summary>Chooses the channels that stay; changes nothing.</summary>
    /// <param name="network">The network.</param>
    /// <param name="ratio">Share of the prunable channels to remove, above 0 and below 1.</param>
    /// <param name="options">How they are chosen; null is globally by the norms' scales.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="ratio"/> is not inside (0, 1).</exception>
    /// <exception cref="ArgumentException"><see cref="PruningOptions.WidthsOf"/> is a plan for other spaces or widths.</exception>
    /// <exception cref="InvalidOperationException">No channel of the network may be pruned, a score is NaN, or a space that loses
    /// channels comes out of the network: its classes, say, where a norm and a pooling end it.</exception>
    public static PruningPlan Plan(Network network, double ratio, PruningOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!(ratio > 0 && ratio < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(ratio), ratio, "The pruning ratio lies above 0 and below 1.");
        }

        options = (options ?? new PruningOptions()).Validated();
        var norms = network.PrunableNorms.ToArray();
        if (norms.Length == 0)
        {
            throw new InvalidOperationException($"{network.Name} has no norm whose channels may be pruned.");
        }

        var widths = options.WidthsOf?.Bound(network);
        var scores = Array.ConvertAll(norms, norm => Scores(norm, options));
        var global = options.Scope == PruningScope.Global ? Quantile([.. scores.SelectMany(s => s)], ratio) : 0;
        var kept = new Dictionary<ChannelSpace, int[]>();
        for (var i = 0; i < norms.Length; i++)
        {
            var space = norms[i].Space;
            if (kept.ContainsKey(space))
            {
                throw new InvalidOperationException($"{network.Name}: two norms score space {space}; only one may.");
            }

            if (widths is not null)
            {
                kept[space] = widths.TryGetValue(space, out var same)
                    ? Best(scores[i], same.Length)
                    : throw new ArgumentException($"The plan whose widths are asked for does not speak of {network.Name}'s space {space}.", nameof(options));
                continue;
            }

            var threshold = options.Scope == PruningScope.Global ? global : Quantile(scores[i], ratio);
            kept[space] = Best(scores[i], Math.Max(scores[i].Count(s => s > threshold), options.MinimumChannels));
        }

        return new PruningPlan(network, ratio, kept);
    }

    /// <summary>The quantile with linear interpolation between neighbours, as NumPy's default.</summary>
    internal static double Quantile(ReadOnlySpan<float> values, double ratio)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        var position = ratio * (sorted.Length - 1);
        var below = (int)Math.Floor(position);
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * ((double)sorted[above] - sorted[below]);
    }

    private static float[] Scores(NormLayer norm, PruningOptions options)
    {
        var scores = norm.ChannelScores();
        if (options.Score == ChannelScore.Random)
        {
            var stream = Philox.StreamOf(norm.Path);
            for (var i = 0; i < scores.Length; i++)
            {
                scores[i] = Philox.Uniform(options.Seed, stream, (ulong)i);
            }
        }

        var bad = Array.FindIndex(scores, float.IsNaN);
        return bad < 0 ? scores : throw new InvalidOperationException($"{norm}: the score of channel {bad} is NaN.");
    }

    private static int[] Best(float[] scores, int count)
    {
        var order = Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).ThenBy(i => i).Take(count).ToArray();
        Array.Sort(order);
        return order;
    }
}
