using System.Diagnostics;
using System.Globalization;
using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Training;

namespace Recede.Bench.ShortRuns;

/// <summary>
/// Trains every method with every seed, prunes at every ratio, fine-tunes. Bounded and random share one training: they
/// differ only in the channels that go.
/// </summary>
internal sealed class ShortRunStudy(ShortRunOptions options, DatasetPair data, Device device)
{
    // As in the peer's script: each (seed, ratio) draws its random channels anew.
    private const ulong RandomSeed = 1_000_003;

    /// <summary>Runs it all.</summary>
    /// <param name="file">Gets the runs.</param>
    /// <param name="save">Called after each run, so that nothing is lost when the study is stopped.</param>
    public void Execute(ShortRunFile file, Action save)
    {
        foreach (var seed in options.Seeds)
        {
            foreach (var group in options.Method.GroupBy(m => m == PruningMethod.Random ? PruningMethod.Bounded : m))
            {
                OneTraining(file, save, seed, group.Key, [.. group]);
            }
        }
    }

    private void OneTraining(ShortRunFile file, Action save, int seed, PruningMethod trained, PruningMethod[] methods)
    {
        var began = Stopwatch.GetTimestamp();
        using var network = CreateNetwork(trained, seed);
        FitResult fit;
        using (var trainer = new TrainingLoop(network, data))
        {
            fit = trainer.Fit(options.Training(trained, seed), new EpochLines($"  seed {seed} {Lower(trained)}"));
        }

        foreach (var method in methods)
        {
            var cost = network.Cost();
            var run = new ShortRunFile.Run(
                options.Network,
                options.Dataset,
                Lower(method),
                seed,
                options.Penalty(trained) switch { PolarisingPenalty => "polarising", L1Penalty => "l1", _ => "none" },
                trained switch { PruningMethod.Bounded => options.Lambda, PruningMethod.L1 => options.L1Lambda, _ => 0 },
                trained == PruningMethod.Bounded ? options.Shift : 0,
                [.. fit.Epochs.Select(e => new ShortRunFile.Epoch(e.Epoch, e.TrainLoss, 100 * e.Test.Accuracy))],
                new ShortRunFile.Scores(
                    ImportanceHistogram.Of(network),
                    ImportanceHistogram.Share(network, 0, 0.05),
                    ImportanceHistogram.Share(network, 0.1, 0.5)),
                new ShortRunFile.Unpruned(
                    100 * fit.Final.Accuracy,
                    100 * fit.Final.Accuracy,
                    100 * fit.Epochs.Select(e => e.Test.Accuracy).DefaultIfEmpty(fit.Final.Accuracy).Max(),
                    cost.Parameters,
                    cost.MultiplyAdds),
                [],
                0);
            var title = $"{options.Network} {options.Dataset} {run.Method} seed {seed}";
            Say($"{title}: unpruned {run.Unpruned.Accuracy:F2} (best {run.Unpruned.BestAccuracy:F2}), scores < 0.05 {100 * run.Scores.Under005:F1} %, in 0.1..0.5 {100 * run.Scores.Between01And05:F1} %");
            foreach (var ratio in options.Ratios)
            {
                var row = PruneAndFineTune(network, method, seed, ratio);
                run.Pruned.Add(row);
                Say($"{title}: pruned {100 * ratio:F0} % (achieved {100 * row.AchievedRatio:F1} %): {row.AccuracyBeforeFinetune:F2} -> {row.Accuracy:F2} (best {row.BestAccuracy:F2}{(row.Diverged ? ", diverged" : "")}), widths {string.Join(' ', row.Widths)}");
            }

            file.Runs.Add(run with { Seconds = Math.Round(Stopwatch.GetElapsedTime(began).TotalSeconds, 1) });
            began = Stopwatch.GetTimestamp();
            save();
        }
    }

    private ShortRunFile.Pruned PruneAndFineTune(Network trained, PruningMethod method, int seed, double ratio)
    {
        using var network = CreateNetwork(method, seed);
        network.CopyFrom(trained);
        using var trainer = new TrainingLoop(network, data);
        var plan = Plan(network, method, seed, ratio);
        trainer.Prune(plan);
        var before = 100 * trainer.Evaluate(data.Test).Accuracy;
        var last = before;
        var best = before;
        var diverged = false;
        var epochs = new List<EpochReport>();
        try
        {
            trainer.Fit(options.FineTuning(seed), new EpochList(epochs));
        }
        catch (TrainingDivergedException e)
        {
            Say($"  {e.Message}");
            diverged = true;
        }

        if (epochs.Count > 0)
        {
            last = 100 * (diverged ? trainer.Evaluate(data.Test) : epochs[^1].Test).Accuracy;
            best = 100 * epochs.Max(e => e.Test.Accuracy);
        }

        var cost = network.Cost();
        return new ShortRunFile.Pruned(
            ratio, plan.AchievedRatio, before, last, best, diverged, cost.Parameters, cost.MultiplyAdds, [.. plan.Widths.Select(w => w.After)]);
    }

    private static PruningPlan Plan(Network network, PruningMethod method, int seed, double ratio)
    {
        var scope = method == PruningMethod.Uniform ? PruningScope.Local : PruningScope.Global;
        var plan = OneShot.Plan(network, ratio, new PruningOptions { Scope = scope });
        return method != PruningMethod.Random ? plan : OneShot.Plan(network, ratio, new PruningOptions
        {
            Score = ChannelScore.Random,
            Seed = RandomSeed * (ulong)seed + (ulong)Math.Round(100 * ratio),
            WidthsOf = plan,
        });
    }

    private Network CreateNetwork(PruningMethod method, int seed) => Networks.Create(options.Network, device, new NetworkOptions
    {
        Height = data.Train.Height,
        Width = data.Train.Width,
        Channels = data.Train.Channels,
        Classes = data.Train.Classes,
        Norm = method is PruningMethod.Bounded or PruningMethod.Random ? Norm.Bounded : Norm.Plain,
        Seed = (ulong)seed,
    });

    private static string Lower(PruningMethod method) => method.ToString().ToLowerInvariant();

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed class EpochLines(string title) : ITrainingListener
    {
        public void OnStep(in StepReport report)
        {
        }

        public void OnEpoch(EpochReport report) =>
            Say($"{title} epoch {report.Epoch}: loss {report.TrainLoss:F4} accuracy {100 * report.Test.Accuracy:F2} ({report.TrainSeconds:F1} s)");
    }

    private sealed class EpochList(List<EpochReport> reports) : ITrainingListener
    {
        public void OnStep(in StepReport report)
        {
        }

        public void OnEpoch(EpochReport report) => reports.Add(report);
    }
}
