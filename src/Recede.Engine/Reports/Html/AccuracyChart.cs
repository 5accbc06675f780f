namespace Recede.Engine.Reports.Html;

/// <summary>Accuracy over the ratio that was pruned, before and after fine-tuning.</summary>
internal static class AccuracyChart
{
    /// <summary>Draws it.</summary>
    public static void Write(HtmlWriter html, IReadOnlyList<RunGroup> groups)
    {
        var x = Axis.Of("Pruned", 0, 1, [.. Enumerable.Range(0, 6).Select(i => (i / 5.0, Numbers.Text($"{20 * i} %")))]);
        var all = groups.Select(group => (Group: group, After: Points(group, pruned => pruned.Result.Accuracy), Before: Points(group, pruned => pruned.AccuracyBefore))).ToArray();
        var values = all.SelectMany(one => one.After.Concat(one.Before)).SelectMany(point => (double[])[point.Y.Low, point.Y.High]);
        var chart = Chart.Begin(
            html,
            "Accuracy by ratio",
            "Accuracy on the test images by the ratio pruned, after fine-tuning (solid) and before (dashed); the table holds the figures.",
            x,
            Axis.Around("Accuracy after (solid) and before (dashed) fine-tuning", values, value => Numbers.Text($"{100 * value:0.#} %")));
        foreach (var (group, after, before) in all)
        {
            var style = Chart.Series(group.Index);
            chart.Line(before.Select(point => (point.X, point.Y.Mean)), style + " dash");
            chart.Line(after.Select(point => (point.X, point.Y.Mean)), style);
            foreach (var (at, value) in before.Skip(1))
            {
                chart.Mark(at, value.Mean, group.Index, style + " hollow", $"{group.Label}, pruned {Numbers.Ratio(at)}: {Numbers.Percent(value)} before fine-tuning");
            }

            foreach (var (at, value) in after)
            {
                chart.Whisker(at, value, style);
                chart.Mark(at, value.Mean, group.Index, style, $"{group.Label}, pruned {Numbers.Ratio(at)}: {Numbers.Percent(value)}");
            }
        }

        chart.End(groups.Any(group => group.Runs.Count > 1) ? "Means over the seeds; whiskers are one standard deviation." : "");
    }

    // From what is not pruned on, by rising ratio, whatever order they were asked for in.
    private static List<(double X, Spread Y)> Points(RunGroup group, Func<StoredPruning, double> figure) =>
    [
        (0, group.Spread(run => run.Unpruned.Accuracy)),
        .. Enumerable.Range(0, group.First.Pruned.Count)
            .OrderBy(ratio => group.First.Pruned[ratio].Ratio)
            .Select(ratio => (group.First.Pruned[ratio].Ratio, group.Spread(ratio, (_, pruned) => figure(pruned)))),
    ];
}
