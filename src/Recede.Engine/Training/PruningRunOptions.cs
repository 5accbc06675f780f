using System.Globalization;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;

namespace Recede.Engine.Training;

/// <summary>A whole run: train, then for each ratio prune the trained network and fine-tune it.</summary>
public sealed record PruningRunOptions
{
    /// <summary>Makes the untrained network, the same at every call.</summary>
    public required Func<Network> CreateNetwork { get; init; }

    /// <summary>How it is trained and pruned; <see cref="Training"/> must bring the method's penalty.</summary>
    public required PruningMethod Method { get; init; }

    /// <summary>How it is trained.</summary>
    public required FitOptions Training { get; init; }

    /// <summary>How each pruned network is fine-tuned; 0 epochs for not at all.</summary>
    public required FitOptions FineTuning { get; init; }

    /// <summary>Shares of the prunable channels to remove, each from the trained network, inside (0, 1). No two are the same to 0.01 %, by which
    /// their files are named.</summary>
    public required IReadOnlyList<double> Ratios { get; init; }

    /// <summary>A layer keeps at least this many channels.</summary>
    public int MinimumChannels { get; init; } = 3;

    /// <summary>Seed of random channel choice.</summary>
    public ulong Seed { get; init; }

    /// <summary>Images a pass when the latency is measured.</summary>
    public int LatencyBatch { get; init; } = 64;

    internal PruningPlan Plan(Network network, double ratio)
    {
        var options = new PruningOptions
        {
            Scope = Method == PruningMethod.Uniform ? PruningScope.Local : PruningScope.Global,
            MinimumChannels = MinimumChannels,
            Seed = Seed,
        };
        var plan = OneShot.Plan(network, ratio, options);
        return Method == PruningMethod.Random
            ? OneShot.Plan(network, ratio, options with { Score = ChannelScore.Random, WidthsOf = plan })
            : plan;
    }

    internal PruningRunOptions Validated()
    {
        // Found now, not after the training.
        Training.Validated();
        FineTuning.Validated();
        ArgumentOutOfRangeException.ThrowIfLessThan(MinimumChannels, 1);
        foreach (var ratio in Ratios)
        {
            if (!(ratio > 0 && ratio < 1))
            {
                throw new ArgumentOutOfRangeException(nameof(Ratios), ratio, "A pruning ratio lies above 0 and below 1.");
            }
        }

        if (Ratios.GroupBy(RunFolder.PrunedFile).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            var ratios = twice.Select(ratio => ratio.ToString(CultureInfo.InvariantCulture));
            throw new ArgumentException($"The pruning ratios {string.Join(" and ", ratios)} would both be kept as {twice.Key}.", nameof(Ratios));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(LatencyBatch, 1);
        return this;
    }
}
