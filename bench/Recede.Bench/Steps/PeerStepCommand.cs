using System.CommandLine;
using System.Globalization;
using Recede.Engine.Devices;
using Recede.Engine.Nn;

namespace Recede.Bench.Steps;

/// <summary>peer-step: the engine's side of bench/peer/run.sh, one line of JSON a case.</summary>
internal static class PeerStepCommand
{
    public static Command Create()
    {
        var cases = new Option<string[]>("--case")
        {
            Description = "The cases to time; all when left out.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. StepCase.All.Select(c => c.Name)],
        };
        cases.AcceptOnlyFromAmong([.. StepCase.All.Select(c => c.Name)]);
        var seconds = new Option<double>("--seconds") { Description = "Time for each case.", DefaultValueFactory = _ => 4 };
        var norm = Commands.Norm();
        var pruned = Commands.Pruned();
        var threads = Commands.Threads();
        var check = new Option<bool>("--check-gradients")
        {
            Description = "Also look for non-finite gradients in every training step, as the trainer does and the peer does not.",
        };
        var list = new Option<bool>("--list") { Description = "Print the cases and stop." };
        var command = new Command("peer-step", "Times whole training steps and inference, for comparison with PyTorch (bench/peer).")
        {
            cases, seconds, norm, pruned, threads, check, list,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(list))
            {
                foreach (var c in StepCase.All)
                {
                    Console.WriteLine(c.Name);
                }

                return;
            }

            using var device = Device.Cpu(parsed.GetValue(threads));
            foreach (var c in parsed.GetValue(cases)!.Select(StepCase.Of))
            {
                using var network = c.CreateNetwork(device, parsed.GetValue(norm), parsed.GetValue(pruned));
                using var step = new NetworkStep(network, c.Batch) { ChecksGradients = parsed.GetValue(check) };
                var times = StepTimer.Measure(c.Trains ? step.Train : step.Infer, parsed.GetValue(seconds));
                Print(c, parsed.GetValue(norm), parsed.GetValue(pruned), times, device.Pool.Threads);
            }
        });
        return command;
    }

    private static void Print(StepCase c, Norm norm, double pruned, double[] times, int threads)
    {
        var extra = norm == Norm.Bounded ? ",\"norm\":\"bounded\"" : "";
        extra += pruned > 0 ? string.Create(CultureInfo.InvariantCulture, $",\"pruned\":{pruned}") : "";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"case":"{{c.Name}}"{{extra}},"median_ms":{{StepTimer.Median(times):F3}},"min_ms":{{times[0]:F3}},"n":{{times.Length}},"threads":{{threads}}}"""));
    }
}
