using System.Globalization;
using System.Text;
using Recede.Engine.Core;
using Recede.Engine.Nn;

namespace Recede.Engine.Pruning;

/// <summary>
/// Which channels of which spaces stay, and what that saves: a value that can be printed, saved, composed and applied to
/// the network it was made for, or to another of the same spaces and widths.
/// </summary>
public sealed partial class PruningPlan
{
    private readonly SortedDictionary<string, int[]> _kept = new(StringComparer.Ordinal);

    internal PruningPlan(Network network, double ratio, IReadOnlyDictionary<ChannelSpace, int[]> kept)
    {
        var widths = new List<SpaceWidth>();
        foreach (var space in PrunableSpaces(network))
        {
            if (kept.TryGetValue(space, out var indices))
            {
                _kept[space.Name] = indices;
                widths.Add(new SpaceWidth(space.Name, space.Width, indices.Length));
            }
        }

        RequireOutput(network, kept);
        NetworkName = network.Name;
        Ratio = ratio;
        Widths = widths;
        Before = network.Cost();
        After = network.Cost(new ChannelWidths(kept));
    }

    private PruningPlan(
        string networkName, double ratio, IReadOnlyList<SpaceWidth> widths, IEnumerable<KeyValuePair<string, int[]>> kept, NetworkCost before, NetworkCost after)
    {
        NetworkName = networkName;
        Ratio = ratio;
        Widths = widths;
        Before = before;
        After = after;
        foreach (var (space, indices) in kept)
        {
            _kept[space] = indices;
        }
    }

    /// <summary>The network it was made for.</summary>
    public string NetworkName { get; }

    /// <summary>The ratio that was asked for.</summary>
    public double Ratio { get; }

    /// <summary>The share of prunable channels that really goes, after the minimum widths.</summary>
    public double AchievedRatio => 1 - (double)Widths.Sum(w => w.After) / Widths.Sum(w => w.Before);

    /// <summary>Each space's width before and after, in the network's order.</summary>
    public IReadOnlyList<SpaceWidth> Widths { get; }

    /// <summary>The network's cost before.</summary>
    public NetworkCost Before { get; }

    /// <summary>The network's cost after.</summary>
    public NetworkCost After { get; }

    /// <summary>The sorted channels of a space that stay.</summary>
    /// <exception cref="KeyNotFoundException">The plan does not speak of that space.</exception>
    public ReadOnlySpan<int> KeptOf(string space) => _kept.TryGetValue(space, out var kept)
        ? kept
        : throw new KeyNotFoundException($"The plan for {NetworkName} does not speak of space '{space}'.");

    /// <summary>The plan that keeps every channel.</summary>
    public static PruningPlan KeepAll(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var all = PrunableSpaces(network).ToDictionary(s => s, s => Enumerable.Range(0, s.Width).ToArray());
        return new PruningPlan(network, 0, all);
    }

    /// <summary>
    /// Shrinks the network for real: weights, biases, scales, statistics, gradients and every optimiser buffer. Allocates
    /// and fills all replacements first, then swaps, so a failure changes nothing; the old memory is freed.
    /// </summary>
    /// <exception cref="ArgumentException">The network has not the spaces and widths that the plan was made for.</exception>
    /// <exception cref="InvalidOperationException">A step that uses the network's parameters is under way, on any thread; or the
    /// plan would narrow what comes out of the network.</exception>
    /// <exception cref="OutOfMemoryException">There is no room for the replacements; nothing is changed.</exception>
    public void Apply(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var kept = Bound(network);
        var narrowed = network.Norms.Where(norm => norm.Space.Resolve(kept) is not null).ToArray();
        var shrinks = new List<ParameterShrink>();
        try
        {
            foreach (var parameter in network.Parameters)
            {
                var keptOut = parameter.OutputSpace?.Resolve(kept);
                var keptIn = parameter.InputSpace?.Resolve(kept);
                if (keptOut is not null || keptIn is not null)
                {
                    shrinks.Add(parameter.PrepareShrink(keptOut, keptIn));
                }
            }

            foreach (var shrink in shrinks)
            {
                shrink.Commit();
            }

            foreach (var (space, indices) in kept)
            {
                space.Narrow(indices.Length);
            }

            foreach (var norm in narrowed)
            {
                norm.Mask = null;
            }

            network.Device.RetireShapes();
        }
        finally
        {
            foreach (var shrink in shrinks)
            {
                shrink.Dispose();
            }
        }
    }

    /// <summary>
    /// Masks instead of shrinking: sets the activations of the channels that would go to zero, after their norm and ReLU.
    /// What a later layer writes into such a channel is not masked, though shrinking takes it away: the bias of a depthwise
    /// convolution, or an addition after which no norm of the space stands.
    /// </summary>
    /// <exception cref="ArgumentException">The network has not the spaces and widths that the plan was made for.</exception>
    /// <exception cref="InvalidOperationException">The plan would narrow what comes out of the network.</exception>
    public void Mask(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var kept = Bound(network);
        foreach (var norm in network.Norms)
        {
            // Resolved, not looked up: a norm behind a concatenation lives in a space that is derived from the pruned ones.
            if (norm.Space.Resolve(kept) is { } indices)
            {
                var map = new int[norm.Space.Width];
                Array.Fill(map, -1);
                foreach (var index in indices)
                {
                    map[index] = index;
                }

                norm.Mask = new Ops.ChannelIndexMap(map);
            }
        }
    }

    /// <summary>This plan followed by another that was made for the network it leaves: one plan for the network before both.</summary>
    /// <exception cref="ArgumentException">The other plan does not begin where this one ends.</exception>
    public PruningPlan Then(PruningPlan next)
    {
        ArgumentNullException.ThrowIfNull(next);
        var widths = new List<SpaceWidth>();
        var kept = new Dictionary<string, int[]>();
        foreach (var width in Widths)
        {
            var later = next.Widths.FirstOrDefault(w => w.Space == width.Space);
            if (later.Space is null || later.Before != width.After || next._kept.Count != _kept.Count)
            {
                throw new ArgumentException(
                    $"The plans do not follow one another: the first leaves {width.Space} with {width.After} channels, the second begins with {later.Before}.",
                    nameof(next));
            }

            var first = _kept[width.Space];
            kept[width.Space] = Array.ConvertAll(next._kept[width.Space], i => first[i]);
            widths.Add(width with { After = later.After });
        }

        return new PruningPlan(NetworkName, 1 - (1 - Ratio) * (1 - next.Ratio), widths, kept, Before, next.After);
    }

    /// <summary>A table for people: widths, parameters, FLOPs, bytes.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        var c = CultureInfo.InvariantCulture;
        text.Append(c, $"{NetworkName}: prune {Ratio * 100:0.##} % of the channels; {AchievedRatio * 100:0.##} % go").AppendLine();
        var longest = Widths.Max(w => w.Space.Length);
        foreach (var width in Widths)
        {
            text.Append("  ").Append(width.Space.PadRight(longest))
                .Append(c, $"  {width.Before,5} -> {width.After,4}").AppendLine();
        }

        Row("parameters", Before.Parameters, After.Parameters);
        Row("multiply-adds", Before.MultiplyAdds, After.MultiplyAdds);
        Row("logical bytes", Before.LogicalBytes, After.LogicalBytes);
        Row("physical bytes", Before.PhysicalBytes, After.PhysicalBytes);
        return text.ToString().TrimEnd();

        void Row(string name, long before, long after) => text.Append(c, $"  {name,-14} {before,15:N0} -> {after,15:N0}  ({(double)after / before:P1})").AppendLine();
    }

    private static IEnumerable<ChannelSpace> PrunableSpaces(Network network) => network.PrunableNorms.Select(n => n.Space).Distinct();

    // A plan narrows what lies inside a network; what comes out of it, its user counts on.
    private static void RequireOutput(Network network, IReadOnlyDictionary<ChannelSpace, int[]> kept)
    {
        var output = network.OutputAt(new ChannelWidths(kept));
        if (output != network.OutputShape)
        {
            var space = kept.Keys.First(space =>
                network.OutputAt(new ChannelWidths(new Dictionary<ChannelSpace, int[]> { [space] = kept[space] })) != network.OutputShape);
            throw new InvalidOperationException(
                $"{network.Name}: its output would be {output} instead of {network.OutputShape}, since space {space} comes out of it; such a space is made with prunable: false.");
        }
    }

    /// <summary>The kept channels of each space of a network that the plan fits.</summary>
    internal Dictionary<ChannelSpace, int[]> Bound(Network network)
    {
        var kept = new Dictionary<ChannelSpace, int[]>();
        var spaces = PrunableSpaces(network).ToDictionary(s => s.Name);
        foreach (var width in Widths)
        {
            if (!spaces.TryGetValue(width.Space, out var space) || space.Width != width.Before)
            {
                throw new ArgumentException(
                    $"The plan for {NetworkName} begins with {width.Before} channels of '{width.Space}'; {network.Name} has {(space is null ? "no such space" : $"{space.Width}")}.",
                    nameof(network));
            }

            kept[space] = _kept[width.Space];
        }

        RequireOutput(network, kept);
        return kept;
    }
}
