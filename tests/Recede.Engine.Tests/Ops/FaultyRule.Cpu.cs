using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Tests.Ops;

/// <summary>y = x * x of a vector of fewer than 16 channels, with a fault planted, for the tests of the harness.</summary>
internal sealed unsafe class FaultyRule : CpuOpRule<WeightedSumArguments>
{
    private readonly Fault _fault;

    public FaultyRule(Fault fault)
        : base("Faulty") => _fault = fault;

    public override int Infer(in OpShapes inputs, in WeightedSumArguments args, Span<OutputSpec> outputs)
    {
        outputs[0] = new OutputSpec(inputs[0]);
        return 1;
    }

    public override SavedValues Saves(in WeightedSumArguments args) =>
        _fault == Fault.ReadsUnsaved ? SavedValues.None : new SavedValues(1, 0);

    protected override void ForwardCpu(in CpuOpContext context, in WeightedSumArguments args)
    {
        var x = new ReadOnlySpan<float>(context.Input(0), Simd.Lanes);
        var y = new Span<float>(context.Output(0), Simd.Lanes);
        for (var i = 0; i < Simd.Lanes; i++)
        {
            y[i] = x[i] * x[i];
        }

        switch (_fault)
        {
            case Fault.Forward:
                y[1] += 1e-3f;
                break;
            case Fault.OutputPadding:
                y[^1] = 1e-30f;
                break;
            case Fault.CountsThreads when context.Pool.Threads == 5:
                y[0] = MathF.BitIncrement(y[0]);
                break;
            default:
                break;
        }
    }

    protected override void BackwardCpu(in CpuOpContext context, in WeightedSumArguments args)
    {
        if (!context.NeedsGradient(0) || _fault == Fault.ForgetsGradient)
        {
            return;
        }

        var x = context.Input(0);
        var dy = context.OutputGradient(0);
        var dx = context.InputGradient(0, out var accumulate);
        accumulate = _fault switch { Fault.Overwrites => false, Fault.Accumulates => true, _ => accumulate };
        for (var i = 0; i < Simd.Lanes; i++)
        {
            dx[i] = (accumulate ? dx[i] : 0) + (2 * x[i] * dy[i]);
        }

        switch (_fault)
        {
            case Fault.Gradient:
                dx[1] += 1e-3f;
                break;
            case Fault.GradientPadding:
                dx[Simd.Lanes - 1] = 1e-30f;
                break;
            default:
                break;
        }
    }
}
