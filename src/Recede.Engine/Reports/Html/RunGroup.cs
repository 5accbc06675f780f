using Recede.Engine.Pruning;

namespace Recede.Engine.Reports.Html;

/// <summary>Runs that differ by their seeds alone: shown as one, by mean and spread.</summary>
internal sealed class RunGroup
{
    private readonly List<StoredRun> _runs = [];

    private RunGroup(int index) => Index = index;

    /// <summary>Its place on the page, from 0: its colour and mark.</summary>
    public int Index { get; }

    /// <summary>What the page calls it: what tells it from the others.</summary>
    public string Label { get; private set; } = "";

    /// <summary>The runs, at least one.</summary>
    public IReadOnlyList<StoredRun> Runs => _runs;

    /// <summary>Any of the runs, for what they share.</summary>
    public StoredRun First => _runs[0];

    /// <summary>What the scores of its channels are called.</summary>
    public string Scores => First.Method is "l1" or "uniform" ? "scale |gamma|" : "importance";

    /// <summary>"seed 1", "seeds 1, 2, 3".</summary>
    public string Seeds => $"seed{(Runs.Count == 1 ? "" : "s")} {string.Join(", ", Runs.Select(run => Numbers.Text($"{run.Seed}")))}";

    /// <summary>Groups runs, in the order in which they come.</summary>
    public static IReadOnlyList<RunGroup> Of(IReadOnlyList<StoredRun> runs)
    {
        var groups = new List<RunGroup>();
        foreach (var run in runs)
        {
            // The same seed twice is the same run twice, and says nothing of a spread.
            var settings = RunSettings.Of(run);
            var group = groups.Find(group => RunSettings.Of(group.First).SequenceEqual(settings) && group.Runs.All(other => other.Seed != run.Seed));
            if (group is null)
            {
                group = new RunGroup(groups.Count);
                groups.Add(group);
            }

            group._runs.Add(run);
        }

        foreach (var group in groups)
        {
            group.Label = LabelOf(group, groups);
        }

        return groups;
    }

    /// <summary>A figure of the runs.</summary>
    public Spread Spread(Func<StoredRun, double> figure) => Html.Spread.Of([.. Runs.Select(figure)]);

    /// <summary>A figure of the runs at one ratio.</summary>
    public Spread Spread(int ratio, Func<StoredRun, StoredPruning, double> figure) =>
        Html.Spread.Of([.. Runs.Select(run => figure(run, run.Pruned[ratio]))]);

    /// <summary>The widths at one ratio, the mean of those after; empty where a run does not tell them.</summary>
    public IReadOnlyList<(SpaceWidth Width, Spread After)> Widths(int ratio)
    {
        var all = Runs.Select(run => run.Pruned[ratio].Widths).ToArray();
        return all.All(widths => widths.Select(Before).SequenceEqual(all[0].Select(Before)))
            ? [.. all[0].Select((width, i) => (width, Html.Spread.Of([.. all.Select(widths => (double)widths[i].After)])))]
            : [];

        static (string, int) Before(SpaceWidth width) => (width.Space, width.Before);
    }

    /// <summary>How many channels of all runs were in each bin after an epoch, from 0; empty where the runs have different bins.</summary>
    public IReadOnlyList<long> Histogram(int epoch)
    {
        var bins = First.Importances[epoch].Count;
        return Runs.All(run => run.Importances.Count > epoch && run.Importances[epoch].Count == bins)
            ? [.. Enumerable.Range(0, bins).Select(bin => Runs.Sum(run => (long)run.Importances[epoch][bin]))]
            : [];
    }

    // Only what the groups differ in; the method always, and its penalty where the method does not say it.
    private static string LabelOf(RunGroup group, List<RunGroup> groups)
    {
        var parts = new List<string> { group.First.Method };
        var own = RunSettings.Of(group.First);
        for (var i = 1; i < own.Count; i++)
        {
            var setting = own[i];
            var others = groups.Where(other => setting.Name != RunSettings.Penalty || other.First.Method == group.First.Method);
            if (others.Any(other => RunSettings.Of(other.First)[i] != setting))
            {
                parts.Add(setting.Name is "network" or "images" ? setting.Value : $"{setting.Name} {setting.Value}");
            }
        }

        if (groups.Exists(other => other != group && RunSettings.Of(other.First).SequenceEqual(own)))
        {
            parts.Add(group.First.Source);
        }

        return string.Join("; ", parts);
    }
}
