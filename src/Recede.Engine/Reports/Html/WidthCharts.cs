using Recede.Engine.Pruning;

namespace Recede.Engine.Reports.Html;

/// <summary>The widths of all layers before and after: a chart a ratio, and a table.</summary>
internal static class WidthCharts
{
    /// <summary>Draws them.</summary>
    public static void Write(HtmlWriter html, IReadOnlyList<RunGroup> groups)
    {
        html.Element(
            "p", "Pale bars are the channels before pruning, full ones those that stay, in the network\u2019s order."
            + (groups.Any(group => group.Runs.Count > 1) ? " Of several seeds the mean is shown." : ""));
        foreach (var group in groups)
        {
            if (groups.Count > 1)
            {
                html.Element("h3", group.Label);
            }

            var widths = Enumerable.Range(0, group.First.Pruned.Count).Select(group.Widths).ToArray();
            if (widths.Length == 0 || Array.Exists(widths, ratio => ratio.Count == 0))
            {
                html.Element("p", widths.Length == 0 ? "Nothing was pruned." : "The widths before pruning are not in these files: they are older than that.");
                continue;
            }

            html.Open("div", ("class", "charts"));
            for (var ratio = 0; ratio < widths.Length; ratio++)
            {
                Draw(html, group, group.First.Pruned[ratio].Ratio, widths[ratio]);
            }

            html.Close();
            Table(html, group, widths);
        }
    }

    private static void Draw(HtmlWriter html, RunGroup group, double ratio, IReadOnlyList<(SpaceWidth Width, Spread After)> widths)
    {
        var layers = widths.Count;
        var step = layers <= 20 ? 1 : layers <= 60 ? 5 : 10;
        var ticks = Enumerable.Range(1, layers).Where(layer => step == 1 || layer % step == 0).Select(layer => ((double)layer, Numbers.Text($"{layer}")));
        var (before, after) = (widths.Sum(width => (long)width.Width.Before), widths.Sum(width => width.After.Mean));
        var summary = Numbers.Text($"{after:0.#} of {before:N0} channels stay.");
        var chart = Chart.Begin(
            html,
            $"Pruned {Numbers.Ratio(ratio)}",
            summary + " " + string.Join(", ", widths.Select(width => Numbers.Text($"{width.Width.Space} {width.Width.Before} to {width.After.Mean:0.#}"))),
            Axis.Of("Layer", 0.4, layers + 0.6, [.. ticks]),
            Axis.Around("Channels", widths.Select(width => (double)width.Width.Before), value => Numbers.Text($"{value:0.#}"), least: 0));
        for (var layer = 1; layer <= layers; layer++)
        {
            var (width, left) = widths[layer - 1];
            var tip = Numbers.Text($"{width.Space}: {width.Before} before, {left.Mean:0.#} after");
            chart.Bar(layer, 0.84, width.Before, "pale", tip);
            chart.Bar(layer, 0.56, left.Mean, "full " + Chart.Series(group.Index), tip);
        }

        chart.End(summary);
    }

    private static void Table(HtmlWriter html, RunGroup group, IReadOnlyList<(SpaceWidth Width, Spread After)>[] widths)
    {
        string[] headings = ["Layer", "Name", "Before", .. group.First.Pruned.Select(pruned => $"Pruned {Numbers.Ratio(pruned.Ratio)}")];
        DataTable.Begin(html, "Channels of every layer before and after pruning", headings, texts: 2);
        html.Open("tbody");
        for (var layer = 0; layer < widths[0].Count; layer++)
        {
            var width = widths[0][layer].Width;
            DataTable.Row(
                html, Numbers.Text($"{layer + 1}"),
                [width.Space, Numbers.Text($"{width.Before}"), .. widths.Select(ratio => Whole(ratio[layer].After))], texts: 2);
        }

        html.Close();
        DataTable.End(html);
    }

    private static string Whole(Spread after) => after.Deviation > 0
        ? Numbers.Text($"{after.Mean:0.#} \u00b1 {after.Deviation:0.#}")
        : Numbers.Text($"{after.Mean:0}");
}
