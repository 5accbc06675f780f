using System.Diagnostics;
using Recede.Bench.Gpu.Steps;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Nn;

namespace Recede.Bench.Gpu.Check;

/// <summary>
/// That cuDNN has an engine for every convolution of the benchmarked networks, in three passes and every precision, asked in
/// the order in which the op asks: the call that does all, then the simpler ones with a kernel of our own behind them.
/// </summary>
internal sealed class PlanCheck(ResultFile result, Stopwatch clock, double budget)
{
    private const string Table = "Convolution plans";

    private readonly HashSet<(Precision, ConvolutionShape, ConvolutionPass)> _seen = [];

    /// <summary>Shapes that the budget left out.</summary>
    public int LeftOut { get; private set; }

    /// <summary>All layers of one network.</summary>
    public void Run(CudaDevice device, Precision precision, GpuStepCase step, double pruned)
    {
        using var cpu = Device.Cpu(1);
        using var network = step.CreateNetwork(cpu, Norm.Bounded, pruned);
        var first = true;
        foreach (var layer in network.Trace())
        {
            if (layer.Layer is not Conv2d { Options: { Groups: 1 } options } conv)
            {
                continue;
            }

            var shape = new ConvolutionShape(
                layer.Input.WithN(step.Batch), conv.Weight.Shape, layer.Output.WithN(step.Batch),
                options.Stride, options.Stride, options.PaddingHeight, options.PaddingWidth, options.Dilation, options.Dilation);
            var type = precision.Activations();
            var bias = options.Bias;
            Check(device, precision, step, pruned, new(ConvolutionPass.Forward, shape, type, type, Accumulate: false, bias));
            if (!first)
            {
                // Images have no gradient.
                Check(device, precision, step, pruned, new(ConvolutionPass.BackwardData, shape, type, type, Accumulate: false, Bias: false));
            }

            Check(device, precision, step, pruned, new(ConvolutionPass.BackwardFilter, shape, type, ElementType.Float32, Accumulate: false, Bias: false));
            first = false;
        }

        device.RetireShapes();
    }

    private void Check(CudaDevice device, Precision precision, GpuStepCase step, double pruned, in ConvolutionPlanKey wanted)
    {
        if (!_seen.Add((precision, wanted.Shape, wanted.Pass)))
        {
            return;
        }

        if (clock.Elapsed.TotalSeconds > budget)
        {
            LeftOut++;
            return;
        }

        var key = wanted;
        GpuPart.Guard(result, $"cuDNN, {precision.Name()}: {key}", () =>
        {
            var (plan, rung) = Find(device, key);
            result.Add(
                Table,
                ("network", step.Name),
                ("pruned", pruned),
                ("precision", precision.Name()),
                ("pass", key.Pass),
                ("x", key.Shape.X),
                ("weight", key.Shape.Weight),
                ("stride", key.Shape.StrideH),
                ("engine", plan.IsAvailable ? plan.EngineIndex() : null),
                ("workspace bytes", plan.WorkspaceBytes),
                ("how", plan.IsAvailable ? rung : "none"));
            if (!plan.IsAvailable)
            {
                result.Fail($"cuDNN, {precision.Name()}: no engine for {key}; tried: {plan.Refusal}");
            }
        });
    }

    private static (ConvolutionPlan Plan, string Rung) Find(CudaDevice device, in ConvolutionPlanKey key)
    {
        var plan = device.Cudnn.Find(key);
        if (plan.IsAvailable)
        {
            return (plan, key.Bias ? "with bias" : "direct");
        }

        if (key.Bias)
        {
            return (device.Cudnn.Find(key with { Bias = false }), "bias by a kernel");
        }

        return key.Pass == ConvolutionPass.BackwardFilter && key.Type != ElementType.Float32
            ? (device.Cudnn.Find(key with { ResultType = key.Type }), "converted by a kernel")
            : (plan, "");
    }
}
