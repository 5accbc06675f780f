using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Tests.Ops;

/// <summary>The rule of <see cref="WeightedSum"/>: y = sum_k sum_i v_k[i] * w_k[i]; dv_k = w_k * dy; weights take no gradient.</summary>
internal sealed unsafe partial class WeightedSumRule : OpRule<WeightedSumArguments>
{
    private WeightedSumRule()
        : base("WeightedSum")
    {
    }

    public static WeightedSumRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in WeightedSumArguments args, Span<OutputSpec> outputs)
    {
        for (var i = 0; i < inputs.Count; i += 2)
        {
            if (inputs[i] != inputs[i + 1])
            {
                throw inputs.Error($"value {inputs[i]} and weight {inputs[i + 1]} must have one shape");
            }
        }

        outputs[0] = new OutputSpec(Shape.Scalar);
        return 1;
    }

    public override SavedValues Saves(in WeightedSumArguments args) => new(0xAAAAAAAA, 0);

    protected override void ForwardCpu(in CpuOpContext context, in WeightedSumArguments args)
    {
        var sum = 0.0;
        for (var i = 0; i < context.InputCount; i += 2)
        {
            var value = context.Input(i);
            var weight = context.Input(i + 1);
            for (long j = 0; j < PhysicalCount(context.InputShape(i)); j++)
            {
                sum += (double)value[j] * weight[j];
            }
        }

        var y = context.Output(0);
        new Span<float>(y, Simd.Lanes).Clear();
        y[0] = (float)sum;
    }

    protected override void BackwardCpu(in CpuOpContext context, in WeightedSumArguments args)
    {
        var dy = context.OutputGradient(0)[0];
        for (var i = 0; i < context.InputCount; i += 2)
        {
            if (!context.NeedsGradient(i))
            {
                continue;
            }

            var weight = context.Input(i + 1);
            var dv = context.InputGradient(i, out var accumulate);
            for (long j = 0; j < PhysicalCount(context.InputShape(i)); j++)
            {
                dv[j] = (accumulate ? dv[j] : 0) + (weight[j] * dy);
            }
        }
    }

    private static long PhysicalCount(Shape s) => (long)s.N * s.H * s.W * ((s.C + Simd.Lanes - 1) / Simd.Lanes * Simd.Lanes);
}
