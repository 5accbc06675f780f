using Recede.Engine.Training;

namespace Recede.Engine.Reports.Html;

/// <summary>What each ratio gave: accuracies in one table, sizes and speeds in another.</summary>
internal static class ResultTables
{
    private static readonly string[] AccuracyHeadings =
        ["Pruned", "Really gone", "Accuracy before fine-tuning", "Accuracy after it", "Against unpruned", "Masked against shrunk"];

    private static readonly string[] CostHeadings =
    [
        "Pruned", "Parameters", "FLOPs", "Bytes", "Bytes in memory", "Latency, ms", "Speed-up by FLOPs", "Less memory", "Speed-up measured",
    ];

    /// <summary>Writes both.</summary>
    public static void Write(HtmlWriter html, IReadOnlyList<RunGroup> groups)
    {
        Rows(html, groups, "Accuracy on the test images", AccuracyHeadings, Unpruned, Pruned);
        html.Element(
            "p",
            "Masked against shrunk: the largest difference of a logit between the network whose channels are set to zero and the one that "
            + "lost them, on the first test images right after pruning, and the largest logit beside it. Only the order of sums may tell them apart.",
            ("class", "note"));
        Rows(html, groups, "Size and speed", CostHeadings, UnprunedCost, PrunedCost);
        html.Element(
            "p",
            "FLOPs are multiply-adds for one image; bytes are those of the parameters, in memory with lane padding. "
            + Latency(groups) + " The speed-ups by FLOPs and memory are predicted from the network alone.",
            ("class", "note"));
    }

    private static void Rows(
        HtmlWriter html,
        IReadOnlyList<RunGroup> groups,
        string caption,
        string[] headings,
        Func<RunGroup, string[]> unpruned,
        Func<RunGroup, int, string[]> pruned)
    {
        DataTable.Begin(html, caption, headings);
        foreach (var group in groups)
        {
            html.Open("tbody");
            if (groups.Count > 1 || group.Runs.Count > 1)
            {
                DataTable.Heading(html, $"{group.Label} ({group.Seeds})", headings.Length);
            }

            DataTable.Row(html, "none", unpruned(group));
            for (var ratio = 0; ratio < group.First.Pruned.Count; ratio++)
            {
                DataTable.Row(html, Numbers.Ratio(group.First.Pruned[ratio].Ratio), pruned(group, ratio));
            }

            html.Close();
        }

        DataTable.End(html);
    }

    private static string[] Unpruned(RunGroup group) => ["", "", Numbers.Percent(group.Spread(run => run.Unpruned.Accuracy)), "", ""];

    private static string[] Pruned(RunGroup group, int ratio) =>
    [
        Numbers.Percent(group.Spread(ratio, (_, pruned) => pruned.AchievedRatio)),
        Numbers.Percent(group.Spread(ratio, (_, pruned) => pruned.AccuracyBefore)),
        Numbers.Percent(group.Spread(ratio, (_, pruned) => pruned.Result.Accuracy)),
        Points(group.Spread(ratio, (run, pruned) => 100 * (pruned.Result.Accuracy - run.Unpruned.Accuracy))),
        Masked(group, ratio),
    ];

    private static string[] UnprunedCost(RunGroup group) => Cost(group, run => run.Unpruned);

    private static string[] PrunedCost(RunGroup group, int ratio) => Cost(group, run => run.Pruned[ratio].Result);

    private static string[] Cost(RunGroup group, Func<StoredRun, StoredNetwork> network) =>
    [
        Numbers.Count(group.Spread(run => network(run).Parameters)),
        Numbers.Scaled(group.Spread(run => network(run).MultiplyAdds), ""),
        Numbers.Scaled(group.Spread(run => network(run).LogicalBytes), "B"),
        Numbers.Scaled(group.Spread(run => network(run).PhysicalBytes), "B"),
        Numbers.Measure(group.Spread(run => network(run).LatencyMilliseconds)),
        Numbers.Times(group.Spread(run => SpeedChart.ByFlops(run, network(run)))),
        Numbers.Times(group.Spread(run => SpeedChart.ByBytes(run, network(run)))),
        Numbers.Times(group.Spread(run => SpeedChart.Measured(run, network(run)))),
    ];

    // The worst of the seeds: a mean would hide the one that went wrong.
    private static string Masked(RunGroup group, int ratio)
    {
        var compared = group.Runs.Select(run => run.Pruned[ratio].Masked).OfType<MaskedComparison>().ToArray();
        return compared.Length == 0
            ? "not recorded"
            : $"{Numbers.Tiny(Worst(compared.Select(one => one.LargestDifference)))} of {Numbers.Tiny(Worst(compared.Select(one => one.LargestLogit)))}";
    }

    // Math.Max passes NaN on, Enumerable.Max passes over it.
    private static double Worst(IEnumerable<double> figures) => figures.Aggregate(Math.Max);

    private static string Points(Spread points) => !double.IsFinite(points.Mean) ? Numbers.Percent(points)
        : double.IsFinite(points.Deviation) ? Numbers.Text($"{points.Mean:+0.0;-0.0;0.0} \u00b1 {points.Deviation:F1} points")
        : Numbers.Text($"{points.Mean:+0.0;-0.0;0.0} points");

    private static string Latency(IReadOnlyList<RunGroup> groups)
    {
        var how = groups.Select(group => group.First)
            .Select(run => Numbers.Text($"{Numbers.Plural(run.LatencyBatch, "image")} on {run.Device}, {Numbers.Plural(run.Threads, "thread")}, {run.Simd}")).Distinct();
        return $"Latency is the median of a pass of the network, its norms folded, over {string.Join("; ", how)}.";
    }
}
