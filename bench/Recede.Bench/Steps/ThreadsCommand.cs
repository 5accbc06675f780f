using System.CommandLine;
using System.Globalization;
using Recede.Engine.Devices;
using Recede.Engine.Nn;

namespace Recede.Bench.Steps;

/// <summary>threads: how much faster several threads are than one, for convolutions and for whole steps.</summary>
internal static class ThreadsCommand
{
    private const double ConvolutionGoal = 1.85;
    private const double StepGoal = 1.6;

    public static Command Create()
    {
        var cases = StepCase.Option("vgg16_bs64_train", "resnet56_bs64_train");
        var rounds = new Option<int>("--rounds") { Description = "Rounds, each with one thread and with all.", DefaultValueFactory = _ => 60 };
        var seconds = new Option<double>("--seconds") { Description = "Time of each half of a round; one step at least.", DefaultValueFactory = _ => 0 };
        var threads = new Option<int>("--threads") { Description = "How many threads stand against one.", DefaultValueFactory = _ => 2 };
        var command = new Command("threads", "How much faster two threads are than one: convolutions, and whole steps. Interleaved.")
        {
            cases, rounds, seconds, threads,
        };
        command.SetAction(parsed =>
        {
            var rows = new List<string[]>();
            foreach (var c in parsed.GetValue(cases)!.Select(StepCase.Of))
            {
                var (convolutions, steps) = Measure(c, parsed.GetValue(threads), parsed.GetValue(rounds), parsed.GetValue(seconds));
                rows.Add(Row($"{c.Name}, convolutions", convolutions, ConvolutionGoal));
                rows.Add(Row($"{c.Name}, the step", steps, StepGoal));
            }

            MarkdownTable.Print(Console.Out, ["what", "1 thread ms", $"{parsed.GetValue(threads)} threads ms", "ratio", "goal", "met"], rows);
        });
        return command;
    }

    private static (List<(double One, double All)> Convolutions, List<(double One, double All)> Steps) Measure(
        StepCase c, int threads, int rounds, double seconds)
    {
        using var oneThread = Device.Cpu(1);
        using var allThreads = Device.Cpu(threads);
        using var oneNetwork = c.CreateNetwork(oneThread, Norm.Plain);
        using var allNetwork = c.CreateNetwork(allThreads, Norm.Plain);
        using var one = new NetworkStep(oneNetwork, c.Batch);
        using var all = new NetworkStep(allNetwork, c.Batch);
        StepTimer.WarmUp(c.Trains ? one.Train : one.Infer);
        StepTimer.WarmUp(c.Trains ? all.Train : all.Infer);
        var convolutions = new List<(double, double)>();
        var steps = new List<(double, double)>();
        for (var round = 0; round < rounds; round++)
        {
            var first = StepProfile.Of(one, c.Trains, seconds);
            var second = StepProfile.Of(all, c.Trains, seconds);
            convolutions.Add((Convolutions(first), Convolutions(second)));
            steps.Add((first.Milliseconds, second.Milliseconds));
        }

        return (convolutions, steps);
    }

    private static double Convolutions(StepProfile profile) => profile.Ops.Where(op => op.Name == nameof(Conv2d)).Sum(op => op.Milliseconds);

    private static string[] Row(string what, List<(double One, double All)> rounds, double goal)
    {
        var (one, all) = (Median(rounds.Select(r => r.One)), Median(rounds.Select(r => r.All)));
        var ratios = rounds.Select(r => r.One / r.All).ToArray();
        return
        [
            what, Text($"{one:F2}"), Text($"{all:F2}"), Text($"{one / all:F2} [{ratios.Min():F2}..{ratios.Max():F2}]"), Text($"{goal:F2}"),
            one / all >= goal ? "met" : "NOT met",
        ];
    }

    private static double Median(IEnumerable<double> times) => StepTimer.Median([.. times.Order()]);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
