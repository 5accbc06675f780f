using System.CommandLine;
using System.Globalization;
using Recede.Engine.Devices.Cpu;
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
        var threads = Commands.Threads();
        var winograd = Commands.Winograd();
        var check = new Option<bool>("--check-gradients")
        {
            Description = "Also look for non-finite gradients in every training step, as the trainer does and the peer does not.",
        };
        var memory = new Option<bool>("--memory") { Description = "Tell the peak memory of the first steps, not their time; one case, for it is the process's." };
        var command = new Command("peer-step", "Times whole training steps and inference, for comparison with PyTorch (bench/peer).")
        {
            cases, seconds, norm, threads, winograd, check, memory,
        };
        command.SetAction(parsed =>
        {
            using var device = Commands.CpuDevice(parsed.GetValue(threads), parsed.GetValue(winograd));
            foreach (var c in parsed.GetValue(cases)!.Select(StepCase.Of))
            {
                var before = parsed.GetValue(memory) ? ProcessMemory.Begin() : 0;
                using var network = c.CreateNetwork(device, parsed.GetValue(norm));
                using var step = new NetworkStep(network, c.Batch) { ChecksGradients = parsed.GetValue(check) };
                var head = $$"""{"case":"{{c.Name}}","side":"{{Side(device)}}","norm":"{{parsed.GetValue(norm).ToString().ToLowerInvariant()}}","threads":{{device.Pool.Threads}},"multiply_adds":{{network.Cost().MultiplyAdds}}""";
                Console.WriteLine(parsed.GetValue(memory)
                    ? $"{head},{Memory(c.Trains ? step.Train : step.Infer, before)}}}"
                    : $"{head},{Times(c.Trains ? step.Train : step.Infer, parsed.GetValue(seconds))}}}");
            }
        });
        return command;
    }

    /// <summary>The name by which bench/peer/compare.py knows the device's lines.</summary>
    internal static string Side(CpuDevice device) => device.Options.AllowWinograd ? "recede" : "recede direct";

    private static string Times(Action step, double seconds)
    {
        var times = StepTimer.Measure(step, seconds);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"\"median_ms\":{StepTimer.Median(times):F3},\"min_ms\":{times[0]:F3},\"n\":{times.Length}");
    }

    /// <summary>The peak of the process, and how much of it came after the network was begun.</summary>
    private static string Memory(Action step, double before)
    {
        StepTimer.WarmUp(step);
        var peak = ProcessMemory.Peak;
        return string.Create(CultureInfo.InvariantCulture, $"\"step_mib\":{peak - before:F1},\"process_mib\":{peak:F1}");
    }
}
