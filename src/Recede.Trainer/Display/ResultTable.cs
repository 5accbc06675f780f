using Recede.Engine.Reports;
using Recede.Engine.Training;

namespace Recede.Trainer.Display;

/// <summary>The table at the end: the network as it was trained, then what each ratio left of it.</summary>
internal static class ResultTable
{
    /// <summary>The columns' headings, two lines each.</summary>
    public static IReadOnlyList<(string Upper, string Lower)> Headings { get; } =
    [
        ("", "pruned"),
        ("really", "gone"),
        ("acc.", "before"),
        ("acc.", "after"),
        ("", "parameters"),
        ("", "FLOPs"),
        ("", "bytes"),
        ("bytes in", "memory"),
        ("latency", "ms"),
        ("speed", "up"),
    ];

    /// <summary>The rows, one cell a heading.</summary>
    public static IReadOnlyList<string[]> Rows(RunReport report) =>
    [
        Row("none", "", "", report.Unpruned, report.Unpruned),
        .. report.Pruned.Select(pruned => Row(
            Figures.Ratio(pruned.Plan.Ratio),
            Figures.Percent(pruned.Plan.AchievedRatio),
            Figures.Percent(pruned.BeforeFineTuning.Accuracy),
            pruned.Result,
            report.Unpruned)),
    ];

    /// <summary>What the columns mean.</summary>
    public static IEnumerable<string> Notes(RunReport report)
    {
        yield return Figures.Format($"acc.: accuracy on {report.TestImages:N0} test images, before and after fine-tuning; FLOPs:");
        yield return "multiply-adds an image; bytes: of the parameters, in memory with lane padding;";
        yield return Figures.Format(
            $"latency: median of a pass of {report.LatencyBatch} images, frozen, {report.Threads} thread{(report.Threads == 1 ? "" : "s")}, {report.Simd}.");
    }

    /// <summary>The table in plain text.</summary>
    public static IEnumerable<string> Plain(RunReport report)
    {
        var rows = Rows(report);
        var widths = Headings
            .Select((heading, i) => Math.Max(Math.Max(heading.Upper.Length, heading.Lower.Length), rows.Max(row => row[i].Length)))
            .ToArray();
        yield return Line(Headings.Select(heading => heading.Upper));
        yield return Line(Headings.Select(heading => heading.Lower));
        foreach (var row in rows)
        {
            yield return Line(row);
        }

        string Line(IEnumerable<string> cells) => string.Join(" ", cells.Select((cell, i) => cell.PadLeft(widths[i])));
    }

    private static string[] Row(string pruned, string gone, string before, NetworkResult result, NetworkResult unpruned) =>
    [
        pruned,
        gone,
        before,
        Figures.Percent(result.Accuracy),
        Figures.Count(result.Cost.Parameters),
        Figures.MultiplyAdds(result.Cost.MultiplyAdds),
        Figures.Bytes(result.Cost.LogicalBytes),
        Figures.Bytes(result.Cost.PhysicalBytes),
        Figures.Milliseconds(result.LatencyMilliseconds),
        Figures.Format($"{unpruned.LatencyMilliseconds / result.LatencyMilliseconds:F2}x"),
    ];
}
