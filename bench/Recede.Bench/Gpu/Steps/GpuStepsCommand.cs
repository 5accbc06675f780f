using System.CommandLine;
using System.Diagnostics;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Nn;

namespace Recede.Bench.Gpu.Steps;

/// <summary>gpu-steps: training steps and inference beside PyTorch on the same GPU, in turns.</summary>
internal static class GpuStepsCommand
{
    private const double DefaultBudget = 480;
    private static readonly double[] Shares = [0.5, 0.9];

    public static Command Create()
    {
        var json = GpuPart.Json();
        var budget = GpuPart.Budget(DefaultBudget);
        var precision = GpuPart.Precision();
        var cases = GpuStepCase.Option();
        var python = new Option<string?>("--python") { Description = "A Python with PyTorch; left out, the engine is timed alone." };
        var script = new Option<string>("--script") { Description = "bench/gpu/torch_steps.py.", DefaultValueFactory = _ => "torch_steps.py" };
        var modes = Commands.List("--modes", "Of the peer: eager, compile, graphs (compiled, with CUDA graphs).", ["eager", "compile"]);
        var rounds = new Option<int>("--rounds") { Description = "Turns of each side.", DefaultValueFactory = _ => 7 };
        var seconds = new Option<double>("--seconds") { Description = "Time of a turn.", DefaultValueFactory = _ => 0.3 };
        var loop = new Option<int>("--loop-steps") { Description = "Steps of the training loop in a turn.", DefaultValueFactory = _ => 40 };
        var norm = Commands.Norm();
        norm.DefaultValueFactory = _ => Norm.Bounded;
        var shares = Commands.List("--pruned", "Shares of pruned channels for which inference is timed too.", Shares);
        var anyEngine = new Option<bool>("--any-engine") { Description = "Also allow engines whose results differ from run to run." };
        var heuristic = new Option<bool>("--heuristic") { Description = "Take the plans that cuDNN's heuristics name first, instead of the fastest measured." };
        var command = new Command("gpu-steps", "Training steps and inference beside PyTorch on the GPU at hand.")
        {
            json, budget, precision, cases, python, script, modes, rounds, seconds, loop, norm, shares, anyEngine, heuristic,
        };
        command.SetAction(parsed =>
        {
            var clock = Stopwatch.StartNew();
            var result = new ResultFile("steps", parsed.GetValue(json));
            using (var device = GpuPart.Open(result))
            {
                if (device is null)
                {
                    return GpuPart.End(result, clock);
                }
            }

            var plans = parsed.GetValue(heuristic) ? PlanSelection.Heuristic : PlanSelection.Measured;
            result.Note($"Recede: {plans} plans, {(parsed.GetValue(anyEngine) ? "any engine" : "deterministic engines")}");
            using var comparison = new StepComparison(result, clock)
            {
                Budget = parsed.GetValue(budget),
                Rounds = parsed.GetValue(rounds),
                Seconds = parsed.GetValue(seconds),
                LoopSteps = parsed.GetValue(loop),
                Norm = parsed.GetValue(norm),
                Modes = parsed.GetValue(modes)!,
            };
            comparison.StartPeer(parsed.GetValue(python), parsed.GetValue(script)!);
            foreach (var step in GpuStepCase.Of(parsed.GetValue(cases)!))
            {
                foreach (var asked in GpuPart.Parse(parsed.GetValue(precision)!))
                {
                    var options = asked.Options(plans, deterministic: !parsed.GetValue(anyEngine));
                    comparison.Compare(step, asked, options, trains: true, pruned: 0);
                    foreach (var share in (double[])[0, .. parsed.GetValue(shares)!])
                    {
                        comparison.Compare(step, asked, options, trains: false, share);
                    }
                }
            }

            comparison.TellLeftOut();
            return GpuPart.End(result, clock);
        });
        return command;
    }
}
