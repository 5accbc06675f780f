using Recede.Engine.Training;

namespace Recede.Bench.ShortRuns;

/// <summary>The recipe of the short runs; the defaults are bench/peer/short_runs.py's.</summary>
internal sealed record ShortRunOptions
{
    public required string Network { get; init; }

    public required string Dataset { get; init; }

    public int Train { get; init; } = 10_000;

    public int Test { get; init; } = 2_000;

    public IReadOnlyList<PruningMethod> Method { get; init; } = [];

    public IReadOnlyList<int> Seeds { get; init; } = [];

    public IReadOnlyList<double> Ratios { get; init; } = [];

    public int Epochs { get; init; }

    public int FinetuneEpochs { get; init; }

    public float Rate { get; init; }

    public float FinetuneRate { get; init; }

    public int Batch { get; init; }

    public float WeightDecay { get; init; }

    public float Lambda { get; init; }

    public float Shift { get; init; }

    public float L1Lambda { get; init; }

    /// <summary>Random crop out of a border of 4, random flip.</summary>
    public bool Augmenting { get; init; }

    /// <summary>How the unpruned network is trained under a method.</summary>
    public FitOptions Training(PruningMethod method, int seed) => Fit(Epochs, Rate, seed) with { Penalty = Penalty(method) };

    /// <summary>How a pruned network is fine-tuned: fresh momentum, no penalty.</summary>
    public FitOptions FineTuning(int seed) => Fit(FinetuneEpochs, FinetuneRate, seed + FineTuningSeed);

    /// <summary>The penalty of a method.</summary>
    public ScalePenalty? Penalty(PruningMethod method) => method switch
    {
        PruningMethod.Bounded => new PolarisingPenalty(Lambda, Shift),
        PruningMethod.L1 => new L1Penalty(L1Lambda),
        _ => null,
    };

    // Fine-tuning sees the images in another order than training did.
    private const int FineTuningSeed = 500;

    private FitOptions Fit(int epochs, float rate, int seed) => new()
    {
        Epochs = epochs,
        BatchSize = Batch,
        LearningRate = rate,
        Decay = LearningRateDecay.Cosine,
        WeightDecay = WeightDecay,
        CropPadding = Augmenting ? 4 : 0,
        Flip = Augmenting,
        Seed = (ulong)seed,
        KeepBest = false,
    };
}
