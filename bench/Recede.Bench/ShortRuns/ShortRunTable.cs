using System.Globalization;

namespace Recede.Bench.ShortRuns;

/// <summary>Markdown tables of short runs: means over the seeds, with the least and the largest.</summary>
internal static class ShortRunTable
{
    private static readonly string[] Order = ["bounded", "l1", "uniform", "random"];

    /// <summary>One table a network and data set.</summary>
    /// <param name="ours">Recede's runs.</param>
    /// <param name="peers">PyTorch's, or none.</param>
    /// <param name="output">Where the tables go.</param>
    public static void Write(IReadOnlyList<ShortRunFile.Run> ours, IReadOnlyList<ShortRunFile.Run> peers, TextWriter output)
    {
        foreach (var study in ours.GroupBy(r => (Network: NetworkOf(r), Dataset: DatasetOf(r))))
        {
            var (network, dataset) = study.Key;
            var theirs = peers.Where(r => NetworkOf(r) == network && DatasetOf(r) == dataset).ToArray();
            var methods = study.GroupBy(r => r.Method).OrderBy(m => Array.IndexOf(Order, m.Key)).ToArray();
            output.WriteLine($"\n{network} on {dataset}, seeds {string.Join(", ", study.Select(r => r.Seed).Distinct().Order())}; percent: mean [least..largest]\n");
            if (theirs.Length > 0)
            {
                WriteCompared(methods, theirs, output);
            }
            else
            {
                WriteAlone(methods, output);
            }

            WriteBest(methods, output);
        }
    }

    private static void WriteAlone(IEnumerable<IGrouping<string, ShortRunFile.Run>> methods, TextWriter output)
    {
        output.WriteLine("| method | unpruned | scores under 0.05 | in 0.1..0.5 | ratio (achieved) | right after pruning | after fine-tuning |");
        output.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var method in methods)
        {
            var runs = method.ToArray();
            var first = true;
            foreach (var ratio in Ratios(runs))
            {
                var head = first
                    ? $"| {method.Key} | {Figure(runs, r => r.Unpruned.Accuracy)} | {Figure(runs, r => 100 * r.Scores.Under005)} | {Figure(runs, r => 100 * r.Scores.Between01And05)} "
                    : "| | | | ";
                var achieved = runs.Average(r => At(r, ratio)?.AchievedRatio ?? ratio);
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{head}| {100 * ratio:0.#} ({100 * achieved:F1}) | {Figure(runs, r => At(r, ratio)?.AccuracyBeforeFinetune)} | {Figure(runs, r => At(r, ratio)?.Accuracy)}{Diverged(runs, ratio)} |"));
                first = false;
            }
        }
    }

    private static void WriteCompared(
        IEnumerable<IGrouping<string, ShortRunFile.Run>> methods, IReadOnlyList<ShortRunFile.Run> peers, TextWriter output)
    {
        output.WriteLine("| method | | Recede | PyTorch | difference |");
        output.WriteLine("|---|---|---|---|---|");
        foreach (var method in methods)
        {
            var runs = method.ToArray();
            var theirs = peers.Where(r => r.Method == method.Key).ToArray();
            Row("unpruned", r => r.Unpruned.Accuracy);
            Row("scores under 0.05", r => 100 * r.Scores.Under005);
            Row("scores in 0.1..0.5", r => 100 * r.Scores.Between01And05);
            foreach (var ratio in Ratios(runs))
            {
                var percent = (100 * ratio).ToString("0.#", CultureInfo.InvariantCulture);
                Row($"{percent} % pruned", r => At(r, ratio)?.AccuracyBeforeFinetune);
                Row($"{percent} % fine-tuned", r => At(r, ratio)?.Accuracy, Diverged(runs, ratio), Diverged(theirs, ratio));
            }

            void Row(string what, Func<ShortRunFile.Run, double?> figure, string ourNote = "", string theirNote = "")
            {
                var (mine, other) = (Mean(runs, figure), Mean(theirs, figure));
                var difference = mine is null || other is null ? "" : (mine - other).Value.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);
                output.WriteLine($"| {method.Key} | {what} | {Figure(runs, figure)}{ourNote} | {Figure(theirs, figure)}{theirNote} | {difference} |");
            }
        }
    }

    private static void WriteBest(IGrouping<string, ShortRunFile.Run>[] methods, TextWriter output)
    {
        if (methods.Length < 2)
        {
            return;
        }

        output.WriteLine();
        foreach (var ratio in methods.SelectMany(m => Ratios(m)).Distinct().Order())
        {
            var best = methods.MaxBy(m => Mean(m, r => At(r, ratio)?.Accuracy))!;
            var accuracy = Mean(best, r => At(r, ratio)?.Accuracy);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Best after fine-tuning at {100 * ratio:0.#} %: {best.Key}, {accuracy:F1}."));
        }
    }

    // The peer has its own names for two of the same things.
    private static string NetworkOf(ShortRunFile.Run run) => run.Network switch
    {
        "narrow-vgg" => "vgg-small",
        "resnet20" => "resnet-20",
        "resnet56" => "resnet-56",
        "vgg16" => "vgg-16",
        var name => name,
    };

    private static string DatasetOf(ShortRunFile.Run run) => run.Dataset switch
    {
        // The images that are embedded are Fashion-MNIST's first 10,000 and 2,000, which the short runs take anyway.
        "fashion-mnist-subset" => "fashion-mnist",
        "cifar10" => "cifar-10",
        var name => name,
    };

    private static IEnumerable<double> Ratios(IEnumerable<ShortRunFile.Run> runs) =>
        runs.SelectMany(r => r.Pruned.Select(p => p.Ratio)).Distinct().Order();

    private static ShortRunFile.Pruned? At(ShortRunFile.Run run, double ratio) => run.Pruned.Find(p => p.Ratio == ratio);

    private static double? Mean(IEnumerable<ShortRunFile.Run> runs, Func<ShortRunFile.Run, double?> figure) => runs.Select(figure).Average();

    private static string Figure(IReadOnlyCollection<ShortRunFile.Run> runs, Func<ShortRunFile.Run, double?> figure)
    {
        var values = runs.Select(figure).OfType<double>().ToArray();
        return values.Length switch
        {
            0 => "",
            1 => values[0].ToString("F1", CultureInfo.InvariantCulture),
            _ => string.Create(CultureInfo.InvariantCulture, $"{values.Average():F1} [{values.Min():F1}..{values.Max():F1}]"),
        };
    }

    private static string Diverged(IEnumerable<ShortRunFile.Run> runs, double ratio) =>
        runs.Count(r => At(r, ratio)?.Diverged == true) is > 0 and var count ? $" ({count} diverged)" : "";
}
