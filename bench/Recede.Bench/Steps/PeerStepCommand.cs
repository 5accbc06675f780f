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
        var cases = StepCase.Option();
        var seconds = new Option<double>("--seconds") { Description = "Time for each case.", DefaultValueFactory = _ => 4 };
        var norm = Commands.Norm();
        var pruned = Commands.Pruned();
        var threads = Commands.Threads();
        var check = new Option<bool>("--check-gradients")
        {
            Description = "Also look for non-finite gradients in every training step, as the trainer does and the peer does not.",
        };
        var command = new Command("peer-step", "Times whole training steps and inference, for comparison with PyTorch (bench/peer).")
        {
            cases, seconds, norm, pruned, threads, check,
        };
        command.SetAction(parsed =>
        {
            using var device = Device.Cpu(parsed.GetValue(threads));
            foreach (var c in parsed.GetValue(cases)!.Select(StepCase.Of))
            {
                using var network = c.CreateNetwork(device, parsed.GetValue(norm), parsed.GetValue(pruned));
                using var step = new NetworkStep(network, c.Batch) { ChecksGradients = parsed.GetValue(check) };
                var times = StepTimer.Measure(c.Trains ? step.Train : step.Infer, parsed.GetValue(seconds));
                Print(c, network, parsed.GetValue(norm), parsed.GetValue(pruned), times, device.Pool.Threads);
            }
        });
        return command;
    }

    private static void Print(StepCase c, Network network, Norm norm, double pruned, double[] times, int threads)
    {
        var extra = norm == Norm.Bounded ? ",\"norm\":\"bounded\"" : "";
        extra += pruned > 0 ? string.Create(CultureInfo.InvariantCulture, $",\"pruned\":{pruned}") : "";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"case":"{{c.Name}}","side":"recede"{{extra}},"median_ms":{{StepTimer.Median(times):F3}},"min_ms":{{times[0]:F3}},"n":{{times.Length}},"threads":{{threads}},"multiply_adds":{{network.Cost().MultiplyAdds}}}"""));
    }
}
