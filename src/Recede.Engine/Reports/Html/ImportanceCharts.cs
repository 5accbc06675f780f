using System.Text;

namespace Recede.Engine.Reports.Html;

/// <summary>How importances split over the epochs: a histogram an epoch, one below the other, and the share that receded.</summary>
internal static class ImportanceCharts
{
    // More than these are no longer told apart; the chart beside shows every epoch.
    private const int MostRows = 16;

    // How far the highest bin reaches over the rows above.
    private const double Peak = 1.4;
    private const double RowHeight = 24;

    /// <summary>Where a channel counts as receded, and from where as strong.</summary>
    private const double Receded = 0.05;
    private const double Strong = 0.5;

    /// <summary>Draws one chart a group, and one for all.</summary>
    public static void Write(HtmlWriter html, IReadOnlyList<RunGroup> groups)
    {
        var shown = groups.Where(group => group.First.Importances.Count > 0 && group.Histogram(0).Count > 0).ToArray();
        if (shown.Length == 0)
        {
            html.Element("p", "No epoch was trained, so there are no importances to show.");
            return;
        }

        html.Element(
            "p",
            "Each row is the histogram of all channels after an epoch. A bounded norm\u2019s penalty pulls weak channels to 0 and leaves strong ones "
            + "alone, so that the hill splits in two; what lies at 0 can be cut off. Heights are square roots of the shares, so that small bins can be seen.");
        html.Open("div", ("class", "charts"));
        foreach (var group in shown)
        {
            Ridges(html, group, groups.Count > 1);
        }

        Shares(html, shown);
        html.Close();
    }

    private static void Ridges(HtmlWriter html, RunGroup group, bool isNamed)
    {
        var epochs = group.First.Importances.Count;
        var rows = Math.Min(epochs, MostRows);
        var chosen = Enumerable.Range(0, rows).Select(row => rows == 1 ? 0 : (int)Math.Round((double)row * (epochs - 1) / (rows - 1))).ToArray();
        var scores = group.Scores;
        var x = Axis.Of($"{char.ToUpperInvariant(scores[0])}{scores[1..]} of a channel", 0, 1, [.. Enumerable.Range(0, 6).Select(i => (i / 5.0, Numbers.Text($"{i / 5.0:0.0}")))]);
        var y = Axis.Of("Epoch", 0, rows - 1 + Peak, [.. chosen.Select((epoch, row) => ((double)(rows - 1 - row), Numbers.Text($"{epoch + 1}")))]);
        var last = Summary(group, epochs - 1);
        var chart = Chart.Begin(
            html, $"{char.ToUpperInvariant(scores[0])}{scores[1..]} by epoch{(isNamed ? $" ({group.Label})" : "")}", $"Histograms after {Numbers.Plural(rows, "epoch")}, the first on top. {last}",
            x, y, 70 + RowHeight * (rows - 1 + Peak) + (rows < 6 ? 60 : 0), left: 34);
        for (var row = 0; row < rows; row++)
        {
            var counts = group.Histogram(chosen[row]);
            var (all, at) = ((double)Math.Max(1, counts.Sum()), rows - 1 - row);
            var path = new StringBuilder($"M{Numbers.Place(chart.X(0))} {Numbers.Place(chart.Y(at))}");
            for (var bin = 0; bin < counts.Count; bin++)
            {
                path.Append('V').Append(Numbers.Place(chart.Y(at + Peak * Math.Sqrt(counts[bin] / all))))
                    .Append('H').Append(Numbers.Place(chart.X((bin + 1.0) / counts.Count)));
            }

            chart.Path(path.Append('V').Append(Numbers.Place(chart.Y(at))).Append('Z').ToString(), "ridge " + Chart.Series(group.Index));
        }

        var some = rows < epochs ? $" {rows} of {Numbers.Plural(epochs, "epoch")} are shown." : "";
        var kept = group.Runs.Count == 1 && group.First.BestEpoch > 0 ? Numbers.Text($" The network of epoch {group.First.BestEpoch} was kept and pruned.") : "";
        chart.End(last + some + kept + (group.Runs.Count > 1 ? $" All channels of {group.Seeds} together." : ""));
    }

    private static void Shares(HtmlWriter html, IReadOnlyList<RunGroup> groups)
    {
        var epochs = groups.Max(group => group.First.Importances.Count);
        var x = Axis.Of("Epoch", 1, Math.Max(2, epochs), CurveCharts.EpochTicks(Math.Max(2, epochs), Chart.PlotWidth));
        var y = Axis.Of("Channels under 0.05 (solid), from 0.5 on (dashed)", 0, 1, [.. Enumerable.Range(0, 6).Select(i => (i / 5.0, Numbers.Text($"{20 * i} %")))]);
        var chart = Chart.Begin(
            html, "Receded and strong channels", "The share of channels that score less than 0.05 and of those that score 0.5 or more, epoch by epoch.", x, y);
        foreach (var group in groups)
        {
            var style = Chart.Series(group.Index);
            var length = group.First.Importances.Count;
            chart.Line(Enumerable.Range(0, length).Select(epoch => (epoch + 1.0, Share(group.Histogram(epoch), 0, Receded))), style);
            chart.Line(Enumerable.Range(0, length).Select(epoch => (epoch + 1.0, Share(group.Histogram(epoch), Strong, 2))), style + " dash");
            chart.Mark(length, Share(group.Histogram(length - 1), 0, Receded), group.Index, style, $"{group.Label}: {Summary(group, length - 1)}");
        }

        chart.End("");
    }

    private static string Summary(RunGroup group, int epoch)
    {
        var counts = group.Histogram(epoch);
        var (all, weak, strong) = (counts.Sum(), Inside(counts, 0, Receded), Inside(counts, Strong, 2));
        return Numbers.Text(
            $"After epoch {epoch + 1}: {Percent(weak):F1} % of {all:N0} channels under 0.05, {Percent(all - weak - strong):F1} % between, {Percent(strong):F1} % from 0.5 on.");

        double Percent(long channels) => 100.0 * channels / Math.Max(1, all);
    }

    private static double Share(IReadOnlyList<long> counts, double from, double to) => (double)Inside(counts, from, to) / Math.Max(1, counts.Sum());

    // The channels of bins that lie in the range whole.
    private static long Inside(IReadOnlyList<long> counts, double from, double to) => Enumerable.Range(0, counts.Count)
        .Where(bin => (bin + 1e-9) / counts.Count >= from && (bin + 1 - 1e-9) / counts.Count <= to)
        .Sum(bin => counts[bin]);
}
