namespace Recede.Engine.Reports.Html;

/// <summary>How much smaller and faster each ratio is: predicted by FLOPs and bytes, and measured.</summary>
internal static class SpeedChart
{
    private const double RowHeight = 26;
    private const int Measurement = 0;
    private const int Flops = 1;
    private const int Bytes = 2;

    private static readonly (string Name, int Mark)[] Kinds = [("FLOPs", Flops), ("bytes in memory", Bytes), ("measured", Measurement)];

    /// <summary>How many times fewer multiply-adds.</summary>
    public static double ByFlops(StoredRun run, StoredNetwork network) => Ratio(run.Unpruned.MultiplyAdds, network.MultiplyAdds);

    /// <summary>How many times fewer bytes in memory.</summary>
    public static double ByBytes(StoredRun run, StoredNetwork network) => Ratio(run.Unpruned.PhysicalBytes, network.PhysicalBytes);

    /// <summary>How many times faster a pass was.</summary>
    public static double Measured(StoredRun run, StoredNetwork network) => Ratio(run.Unpruned.LatencyMilliseconds, network.LatencyMilliseconds);

    /// <summary>Draws it.</summary>
    public static void Write(HtmlWriter html, IReadOnlyList<RunGroup> groups)
    {
        var rows = groups.SelectMany(group => Enumerable.Range(0, group.First.Pruned.Count).Select(ratio => (Group: group, Ratio: ratio))).ToArray();
        if (rows.Length == 0)
        {
            return;
        }

        // What a row is called stands in its own line above the marks, since a label may be long.
        var names = Array.ConvertAll(rows, row => (groups.Count > 1 ? row.Group.Label + ", " : "") + Numbers.Ratio(row.Group.First.Pruned[row.Ratio].Ratio));
        var factors = Array.ConvertAll(rows, row => Kinds.Select(kind => Factor(row.Group, row.Ratio, kind.Mark)).ToArray());
        var chart = Chart.Begin(
            html,
            "Predicted and measured gain",
            string.Join(" ", rows.Select((_, i) => $"{names[i]}: " + string.Join(", ", Kinds.Select((kind, k) => $"{kind.Name} {Numbers.Times(factors[i][k])}")) + ".")),
            Axis.Factors("How many times less, or faster (logarithmic)", factors.SelectMany(row => row.Select(factor => factor.Mean))),
            Axis.Of("", 0, rows.Length, []),
            66 + RowHeight * 1.4 * rows.Length,
            left: 14);
        for (var i = 0; i < rows.Length; i++)
        {
            var at = rows.Length - i - 0.72;
            chart.Label(14, chart.Y(at) - 12, names[i], "start");
            chart.Line([(1, at), (factors[i].Max(factor => double.IsFinite(factor.Mean) ? factor.Mean : 1), at)], "thin");
            for (var k = 0; k < Kinds.Length; k++)
            {
                chart.Mark(factors[i][k].Mean, at, Kinds[k].Mark, Chart.Series(Kinds[k].Mark), $"{names[i]}, {Kinds[k].Name}: {Numbers.Times(factors[i][k])}");
            }
        }

        chart.End("", Kinds);
    }

    private static Spread Factor(RunGroup group, int ratio, int kind) => group.Spread(ratio, (run, pruned) => kind switch
    {
        Flops => ByFlops(run, pruned.Result),
        Bytes => ByBytes(run, pruned.Result),
        _ => Measured(run, pruned.Result),
    });

    private static double Ratio(double before, double after) => after > 0 && before > 0 ? before / after : double.NaN;
}
