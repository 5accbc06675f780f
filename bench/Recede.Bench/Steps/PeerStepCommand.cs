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
        var threads = Commands.Threads();
        var check = new Option<bool>("--check-gradients")
        {
            Description = "Also look for non-finite gradients in every training step, as the trainer does and the peer does not.",
        };
        var list = new Option<bool>("--list") { Description = "Print the cases and stop." };
        var command = new Command("peer-step", "Times whole training steps and inference, for comparison with PyTorch (bench/peer).")
        {
            cases, seconds, norm, threads, check, list,
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
            foreach (var name in parsed.GetValue(cases)!)
            {
                Time(StepCase.Of(name), device, parsed.GetValue(norm), parsed.GetValue(seconds), parsed.GetValue(check));
            }
        });
        return command;
    }

    private static void Time(StepCase c, Engine.Devices.Cpu.CpuDevice device, Norm norm, double seconds, bool check)
    {
        using var network = c.CreateNetwork(device, norm);
        using var step = new NetworkStep(network, c.Batch) { ChecksGradients = check };
        var times = StepTimer.Measure(c.Trains ? step.Train : step.Infer, seconds);
        var extra = norm == Norm.Bounded ? ",\"norm\":\"bounded\"" : "";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"case":"{{c.Name}}"{{extra}},"median_ms":{{StepTimer.Median(times):F3}},"min_ms":{{times[0]:F3}},"n":{{times.Length}},"threads":{{device.Pool.Threads}}}"""));
    }
}
