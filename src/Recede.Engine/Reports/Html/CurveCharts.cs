namespace Recede.Engine.Reports.Html;

/// <summary>Loss and accuracy, epoch by epoch: the training, then each fine-tuning behind it.</summary>
internal static class CurveCharts
{
    // In the drawing's units: a letter, the mark of an epoch under its axis, the mark of a point.
    private const double LetterWidth = 6.5;
    private const double TickWidth = 26;
    private const double MarkWidth = 9;

    // Where the names of the phases stand, behind the name of the axis.
    private const double NameHeight = 20;
    private const double UnitWidth = 90;

    private static readonly int[] TickSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

    /// <summary>Draws two charts a group.</summary>
    public static void Write(HtmlWriter html, IReadOnlyList<RunGroup> groups)
    {
        html.Element(
            "p",
            "Solid lines with marks are the test images, dashed ones the training images as they were seen. Each fine-tuning begins with "
            + "what pruning left." + (groups.Any(group => group.Runs.Count > 1) ? " Lines are means over the seeds, shades one standard deviation." : ""));
        html.Open("div", ("class", "charts"));
        foreach (var group in groups)
        {
            var name = groups.Count > 1 ? $" ({group.Label})" : "";
            Draw(html, group, "Accuracy" + name, "Accuracy", Percent, epoch => epoch.TestAccuracy, epoch => epoch.TrainAccuracy, pruned => pruned.AccuracyBefore);
            Draw(html, group, "Loss" + name, "Cross-entropy", value => Numbers.Text($"{value:0.##}"), epoch => epoch.TestLoss, epoch => epoch.TrainLoss, null);
        }

        html.Close();
    }

    /// <summary>Marks for epochs from 1 to a last one, no more than there is room for.</summary>
    public static IReadOnlyList<(double, string)> EpochTicks(int last, double width)
    {
        var most = Math.Max(1, (int)(width / TickWidth));
        var step = Array.Find(TickSteps, step => last <= most * step) is > 0 and var found ? found : last;
        return [.. Enumerable.Range(1, last).Where(epoch => epoch % step == 0 || epoch == 1 && step < 3).Select(epoch => ((double)epoch, Numbers.Text($"{epoch}")))];
    }

    private static void Draw(
        HtmlWriter html,
        RunGroup group,
        string title,
        string unit,
        Func<double, string> label,
        Func<StoredEpoch, double> test,
        Func<StoredEpoch, double> train,
        Func<StoredPruning, double>? before)
    {
        var phases = Phases(group, test, train, before);
        var length = phases[^1].Offset + phases[^1].Length;
        var ticks = phases.SelectMany((phase, i) => i == 0
            ? EpochTicks(phase.Length, Chart.PlotWidth * phase.Length / Math.Max(1, length))
            : [(phase.Offset + phase.Length, Numbers.Text($"{phase.Length}"))]);
        var x = Axis.Of("Epoch of the training, then of each fine-tuning", 0, Math.Max(1, length), [.. ticks.Where(tick => tick.Item1 > 0)]);
        var y = Axis.Around(unit, phases.SelectMany(phase => phase.Test.Concat(phase.Train)).SelectMany(point => (double[])[point.Y.Low, point.Y.High]), label);
        var chart = Chart.Begin(html, title, Describe(phases, unit, label), x, y);
        var style = Chart.Series(group.Index);
        if (phases.Count > 1)
        {
            Names(chart, phases);
        }

        foreach (var phase in phases)
        {
            if (phase.Offset > 0)
            {
                chart.Rule(phase.Offset);
            }

            chart.Band(phase.Test, style);
            chart.Line(phase.Train.Select(point => (point.X, point.Y.Mean)), style + " dash");
            chart.Line(phase.Test.Select(point => (point.X, point.Y.Mean)), style);
            foreach (var (at, value) in chart.X(phase.Offset + phase.Length) - chart.X(phase.Offset) > MarkWidth * phase.Test.Count ? phase.Test : phase.Test.TakeLast(1))
            {
                chart.Mark(at, value.Mean, group.Index, style, Numbers.Text($"{phase.Name}, epoch {at - phase.Offset:0}: {label(value.Mean)}"));
            }
        }

        chart.End("");
    }

    // Above the phases, where there is room: of narrow ones every second is named, or fewer.
    private static void Names(Chart chart, IReadOnlyList<Phase> phases)
    {
        var training = Math.Max(Middle(phases[0]), UnitWidth + LetterWidth * phases[0].Name.Length / 2);
        if (training < chart.X(phases[0].Length))
        {
            chart.Label(training, NameHeight, phases[0].Name, "mid name");
        }

        var pitch = phases.Count > 2 ? Middle(phases[2]) - Middle(phases[1]) : Chart.PlotWidth;
        var every = Math.Max(1, (int)Math.Ceiling(LetterWidth * (1 + phases.Skip(1).Max(phase => phase.Name.Length)) / pitch));
        for (var i = phases.Count - 1; i > 0; i -= every)
        {
            chart.Label(Middle(phases[i]), NameHeight, phases[i].Name, "mid name");
        }

        double Middle(Phase phase) => chart.X(phase.Offset + phase.Length / 2.0);
    }

    private static List<Phase> Phases(
        RunGroup group, Func<StoredEpoch, double> test, Func<StoredEpoch, double> train, Func<StoredPruning, double>? before)
    {
        var training = group.Runs.Select(run => run.Training).ToArray();
        var phases = new List<Phase> { new("training", 0, training[0].Count, Points(training, 0, test), Points(training, 0, train)) };
        var gap = Math.Max(1, Math.Round(0.02 * (training[0].Count + group.First.Pruned.Sum(pruned => pruned.FineTuning.Count))));
        for (var ratio = 0; ratio < group.First.Pruned.Count; ratio++)
        {
            var tuning = group.Runs.Select(run => run.Pruned[ratio].FineTuning).ToArray();
            var offset = phases[^1].Offset + phases[^1].Length + gap;
            var points = Points(tuning, offset, test);
            if (before is not null)
            {
                points.Insert(0, (offset, group.Spread(ratio, (_, pruned) => before(pruned))));
            }

            phases.Add(new Phase(Numbers.Ratio(group.First.Pruned[ratio].Ratio), offset, tuning[0].Count, points, Points(tuning, offset, train)));
        }

        return phases;
    }

    // Epochs that all runs of the group have; a whole run has all of them.
    private static List<(double X, Spread Y)> Points(IReadOnlyList<StoredEpoch>[] runs, double offset, Func<StoredEpoch, double> figure) =>
        [.. Enumerable.Range(0, runs.Min(run => run.Count)).Select(i => (offset + runs[0][i].Epoch, Spread.Of([.. runs.Select(run => figure(run[i]))])))];

    private static string Describe(IReadOnlyList<Phase> phases, string unit, Func<double, string> label) => $"{unit} on the test images. " + string.Join(
        " ",
        phases.Select(phase => (phase.Name, Known: phase.Test.Select(point => point.Y.Mean).Where(double.IsFinite).ToArray()))
            .Where(phase => phase.Known.Length > 0)
            .Select(phase => $"{phase.Name}: from {label(phase.Known[0])} to {label(phase.Known[^1])}."));

    private static string Percent(double share) => Numbers.Text($"{100 * share:0.#} %");

    private sealed record Phase(string Name, double Offset, int Length, List<(double X, Spread Y)> Test, List<(double X, Spread Y)> Train);
}
