namespace Recede.Engine.Reports.Html;

/// <summary>What a run was asked to do and where it did it, but for the seed: what tells one group of runs from another.</summary>
internal static class RunSettings
{
    /// <summary>The name of the penalty's setting, which the method may say already.</summary>
    public const string Penalty = "penalty";

    private const string Unknown = "not recorded";

    /// <summary>Names and values, as many of every run, in the same order.</summary>
    public static IReadOnlyList<(string Name, string Value)> Of(StoredRun run) =>
    [
        ("method", run.Method),
        ("network", run.Network),
        ("images", Numbers.Text($"{run.Dataset}, {run.TrainImages:N0} + {run.TestImages:N0}{(run.ImageSize is var (height, width) ? Numbers.Text($" of {height}x{width}") : "")}")),
        ("training", Numbers.Text($"{Numbers.Plural(run.Epochs, "epoch")}, batch {run.BatchSize}, learning rate from {Numbers.Small(run.LearningRate)}")),
        ("schedule", run.Recipe is { } schedule ? Schedule(schedule) : Unknown),
        ("augmentation", run.Recipe is { } augmentation ? Augmentation(augmentation, run.RandomCrops == true) : Unknown),
        ("optimiser", run.Recipe is { } optimiser ? Optimiser(optimiser) : Unknown),
        (Penalty, run.Lambda is not { } lambda ? "none"
            : $"lambda {Numbers.Small(lambda)}{(run.Shift is { } shift ? $", b {Numbers.Small(shift)}" : "")}"),
        ("ratios", run.Pruned.Count == 0 ? "none" : string.Join(", ", run.Pruned.Select(pruned => Numbers.Ratio(pruned.Ratio)))),
        ("channels kept", run.MinimumChannels is { } least ? Numbers.Text($"at least {least} a layer") : Unknown),
        ("fine-tuning", Numbers.Text($"{Numbers.Plural(run.FineTuneEpochs, "epoch")}, learning rate from {Numbers.Small(run.FineTuneLearningRate)}{(run.CarryMomentum == true ? ", momentum carried over" : "")}")),
        ("fine-tuning recipe", run.FineTuneRecipe is { } tuning ? FineTuning(tuning, run) : Unknown),
        ("machine", Numbers.Text($"{run.Device}, {Numbers.Plural(run.Threads, "thread")}, {run.Simd}, {run.Precision}{Winograd(run)}")),
        ("latency", Numbers.Text($"of {Numbers.Plural(run.LatencyBatch, "image")}")),
        ("recede", run.EngineVersion),
    ];

    private static string Schedule(StoredRecipe recipe) =>
        recipe.Schedule + (recipe.WarmUpEpochs > 0 ? $", warm-up over {Numbers.Small(recipe.WarmUpEpochs)} epochs" : "");

    private static string Augmentation(StoredRecipe recipe, bool randomCrops)
    {
        var parts = new List<string>();
        if (randomCrops)
        {
            parts.Add("resized crops");
        }

        if (recipe.CropPadding > 0)
        {
            parts.Add(Numbers.Text($"shifts up to {recipe.CropPadding}"));
        }

        if (recipe.Flip)
        {
            parts.Add("flips");
        }

        return parts.Count == 0 ? "none" : string.Join(", ", parts);
    }

    private static string Optimiser(StoredRecipe recipe) =>
        $"momentum {Numbers.Small(recipe.Momentum)}{(recipe.Nesterov ? " (Nesterov)" : "")}, weight decay {Numbers.Small(recipe.WeightDecay)}, "
        + $"bounded scales {Numbers.Small(recipe.BoundedScaleRate)} times as fast, label smoothing {Numbers.Small(recipe.LabelSmoothing)}, "
        + $"the {(recipe.KeepBest ? "best" : "last")} epoch kept";

    // A fine-tuning has no warm-up where it is not asked for one.
    private static string FineTuning(StoredRecipe recipe, StoredRun run) => run.Recipe is { } training && recipe == training with { WarmUpEpochs = 0 }
        ? "as in training, without warm-up"
        : $"{Schedule(recipe)}; {Augmentation(recipe, run.RandomCrops == true)}; {Optimiser(recipe)}";

    private static string Winograd(StoredRun run) => run.Winograd switch
    {
        true => ", Winograd",
        false => ", no Winograd",
        null => "",
    };
}
