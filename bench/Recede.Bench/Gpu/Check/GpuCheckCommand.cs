using System.CommandLine;
using System.Diagnostics;
using Recede.Bench.Gpu.Steps;
using Recede.Engine.Devices;

namespace Recede.Bench.Gpu.Check;

/// <summary>gpu-check: what no stand-in can tell. Reports all that is broken, not only the first.</summary>
internal static class GpuCheckCommand
{
    private const double DefaultBudget = 420;
    private static readonly double[] Shares = [0, 0.5, 0.9];

    public static Command Create()
    {
        var json = GpuPart.Json();
        var budget = GpuPart.Budget(DefaultBudget);
        var precision = GpuPart.Precision();
        var kernels = new Option<string[]>("--kernels")
        {
            Description = "Sources to build, such as penalty.cu; all when left out.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. KernelBuildCheck.Files],
        };
        var cases = GpuStepCase.Option();
        var shares = Commands.List("--pruned", "Shares of pruned channels whose shapes are planned too.", Shares);
        var command = new Command("gpu-check", "Entry points, kernels under the real NVRTC, and cuDNN plans on the GPU at hand.")
        {
            json, budget, precision, kernels, cases, shares,
        };
        command.SetAction(parsed =>
        {
            var clock = Stopwatch.StartNew();
            var result = new ResultFile("check", parsed.GetValue(json));
            Inventory(result);
            EntryPointCheck.Run(result);
            using (var device = GpuPart.Open(result))
            {
                if (device is null)
                {
                    return GpuPart.End(result, clock);
                }

                result.Note(device.Description);
                GpuPart.Guard(result, "NVRTC", () => KernelBuildCheck.Run(result, device, parsed.GetValue(kernels)!));
            }

            Plans(result, clock, parsed.GetValue(budget), GpuPart.Parse(parsed.GetValue(precision)!), GpuStepCase.Of(parsed.GetValue(cases)!), parsed.GetValue(shares)!);
            return GpuPart.End(result, clock);
        });
        return command;
    }

    private static void Inventory(ResultFile result)
    {
        foreach (var problem in CudaInventory.Take().Problems)
        {
            result.Note($"missing: {problem}");
        }
    }

    private static void Plans(
        ResultFile result, Stopwatch clock, double budget, IReadOnlyList<Precision> precisions, IReadOnlyList<GpuStepCase> cases, double[] shares)
    {
        var check = new PlanCheck(result, clock, budget);

        // Unpruned networks first, in case that time runs out.
        foreach (var share in shares.Order())
        {
            foreach (var precision in precisions)
            {
                GpuPart.Guard(result, $"plans, {precision.Name()}", () =>
                {
                    using var device = Device.Cuda(0, precision.Options());
                    foreach (var step in cases)
                    {
                        GpuPart.Guard(result, $"plans, {precision.Name()}, {step.Name}", () => check.Run(device, precision, step, share));
                    }
                });
            }
        }

        if (check.LeftOut > 0)
        {
            result.Note($"{check.LeftOut} plans were not asked for: out of time");
        }
    }
}
