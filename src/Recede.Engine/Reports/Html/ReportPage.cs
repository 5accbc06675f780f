namespace Recede.Engine.Reports.Html;

/// <summary>The page: what was run, what came of it, and the drawings.</summary>
internal static class ReportPage
{
    /// <summary>Writes the whole page.</summary>
    public static void Write(HtmlWriter html, IReadOnlyList<RunGroup> groups)
    {
        var title = Title(groups);
        html.Doctype();
        html.Open("html", ("lang", "en"));
        html.Open("head");
        html.Empty("meta", ("charset", "utf-8"));

        // What a name in a file might smuggle in could load nothing and run nothing.
        html.Empty("meta", ("http-equiv", "Content-Security-Policy"), ("content", "default-src 'none'; style-src 'unsafe-inline'"));
        html.Empty("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        html.Empty("meta", ("name", "color-scheme"), ("content", "light dark"));
        html.Element("title", title);
        html.Open("style");
        html.Style(PageStyle.Css);
        html.Close();
        html.Close();
        html.Open("body");
        html.Open("main");
        html.Element("h1", title);
        Lead(html, groups);
        Section(html, "Results", () => Results(html, groups));
        Section(html, "Importances", () => ImportanceCharts.Write(html, groups));
        Section(html, "Loss and accuracy", () => CurveCharts.Write(html, groups));
        Section(html, "Widths", () => WidthCharts.Write(html, groups));
        Section(html, "Runs", () => Runs(html, groups));
        html.Close();
        html.Close();
        html.Close();
    }

    private static string Title(IReadOnlyList<RunGroup> groups)
    {
        var subjects = groups.Select(group => $"{group.First.Network} on {group.First.Dataset}").Distinct().ToArray();
        return "Recede: " + (subjects.Length == 1 ? subjects[0] : Numbers.Plural(groups.Sum(group => group.Runs.Count), "run"));
    }

    private static void Section(HtmlWriter html, string heading, Action write)
    {
        var id = html.NewId();
        html.Open("section", ("aria-labelledby", id));
        html.Element("h2", heading, ("id", id));
        write();
        html.Close();
    }

    // The figures that a reader came for, where one setting is all there is.
    private static void Lead(HtmlWriter html, IReadOnlyList<RunGroup> groups)
    {
        if (groups.Count > 1)
        {
            html.Element("p", $"{Numbers.Plural(groups.Sum(group => group.Runs.Count), "run")} in {groups.Count} settings, side by side.", ("class", "lead"));
            Legend.Write(html, [.. groups.Select(group => ($"{group.Label} ({group.Seeds})", group.Index))]);
            return;
        }

        var only = groups[0];
        html.Element(
            "p", $"Method {only.First.Method}, {only.Seeds}: trained, then pruned at each ratio for real, measured, and fine-tuned.", ("class", "lead"));
        html.Open("ul", ("class", "cards"));
        Card(html, "Unpruned", only.Spread(run => run.Unpruned.Accuracy), Numbers.Scaled(only.Spread(run => run.Unpruned.Parameters), "") + " parameters");
        for (var ratio = 0; ratio < only.First.Pruned.Count; ratio++)
        {
            var fewer = only.Spread(ratio, (run, pruned) => (double)run.Unpruned.Parameters / Math.Max(1, pruned.Result.Parameters));
            var faster = only.Spread(ratio, (run, pruned) => SpeedChart.Measured(run, pruned.Result));
            Card(
                html,
                $"{Numbers.Ratio(only.First.Pruned[ratio].Ratio)} pruned",
                only.Spread(ratio, (_, pruned) => pruned.Result.Accuracy),
                $"{Numbers.Times(fewer)} fewer parameters, {Numbers.Times(faster)} faster");
        }

        html.Close();
    }

    private static void Card(HtmlWriter html, string name, Spread accuracy, string note)
    {
        html.Open("li");
        html.Element("p", name);
        html.Element("p", Numbers.Percent(accuracy), ("class", "figure"));
        html.Element("p", note, ("class", "note"));
        html.Close();
    }

    private static void Results(HtmlWriter html, IReadOnlyList<RunGroup> groups)
    {
        html.Open("div", ("class", "charts"));
        AccuracyChart.Write(html, groups);
        SpeedChart.Write(html, groups);
        html.Close();
        ResultTables.Write(html, groups);
    }

    private static void Runs(HtmlWriter html, IReadOnlyList<RunGroup> groups)
    {
        foreach (var group in groups)
        {
            if (groups.Count > 1)
            {
                html.Element("h3", group.Label);
            }

            html.Open("dl");
            foreach (var (name, value) in RunSettings.Of(group.First))
            {
                html.Element("dt", name);
                html.Element("dd", value);
            }

            html.Close();
        }

        DataTable.Begin(html, "Runs", ["Read from", "Setting", "Seed", "Best epoch", "Took"], texts: 2);
        html.Open("tbody");
        foreach (var group in groups)
        {
            foreach (var run in group.Runs)
            {
                DataTable.Row(
                    html, run.Source, [group.Label, Numbers.Text($"{run.Seed}"), Numbers.Text($"{run.BestEpoch}"), Numbers.Duration(run.WallSeconds)], texts: 2);
            }
        }

        html.Close();
        DataTable.End(html);
        html.Element(
            "p",
            "The epoch that was best on the test images is the one that is kept, which flatters accuracies a little."
            + (groups.Any(group => group.Runs.Count > 1) ? " \u00b1 is one standard deviation over the seeds." : ""),
            ("class", "note"));
    }
}
