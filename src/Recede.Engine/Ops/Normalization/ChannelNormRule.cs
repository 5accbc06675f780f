using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Ops;

/// <summary>
/// The rule of the norms over N, H and W: y = [relu](scale_c * (x - mean_c) * rstd_c [+ shift_c] [+ residual]).
/// Operands: x, the scale's parameter, shift or none, running mean, running variance, residual or none, moments or none.
/// Outputs: y, and in training a vector triple [3, 1, 1, C] for backward: mean, what rounding took off the mean, rstd.
/// </summary>
/// <typeparam name="TScale">How a channel's factor follows from its parameter.</typeparam>
internal abstract partial class ChannelNormRule<TScale> : OpRule<NormArguments>
    where TScale : struct, IChannelScale
{
    private const int X = 0;
    private const int Scale = 1;
    private const int Shift = 2;
    private const int RunningMean = 3;
    private const int RunningVariance = 4;
    private const int Residual = 5;
    private const int Moments = 6;

    private readonly string _scaleName;

    protected ChannelNormRule(string name, string scaleName)
        : base(name)
    {
        _scaleName = scaleName;
    }

    public override int Infer(in OpShapes inputs, in NormArguments args, Span<OutputSpec> outputs)
    {
        var x = inputs[X];
        inputs.RequireActivation(X, "x");
        if (!(args.Epsilon > 0 && float.IsFinite(args.Epsilon)))
        {
            throw inputs.Error($"epsilon must be a positive number, got {args.Epsilon}");
        }

        if (!(args.Momentum >= 0 && args.Momentum <= 1))
        {
            throw inputs.Error($"momentum must be from 0 to 1, got {args.Momentum}");
        }

        CheckVector(inputs, Scale, _scaleName, x);
        if (inputs.Has(Shift))
        {
            CheckVector(inputs, Shift, "beta", x);
        }

        CheckVector(inputs, RunningMean, "running mean", x);
        CheckVector(inputs, RunningVariance, "running variance", x);
        if (inputs.Has(Residual))
        {
            inputs.RequireActivation(Residual, "residual");
            if (inputs[Residual] != x)
            {
                throw inputs.Error($"residual must have the shape of x {x}, got {inputs[Residual]}");
            }

            inputs.RequireSameType(Residual, "residual", X, "x");
        }

        if (inputs.Has(Moments) && inputs[Moments] != new Shape(2, 1, 1, x.C))
        {
            throw inputs.Error($"moments of x {x} must be [2,1,1,{x.C}], got {inputs[Moments]}");
        }

        if (inputs.Has(Moments))
        {
            inputs.RequireFloat32(Moments, "moments");
        }

        outputs[0] = new OutputSpec(x, inputs.Type(X));
        if (!inputs.Training)
        {
            return 1;
        }

        if (x.N == 0 || x.H == 0 || x.W == 0)
        {
            throw inputs.Error($"training takes the mean of a channel's values, and x {x} has none");
        }

        outputs[1] = OutputSpec.Saved(new Shape(3, 1, 1, x.C));
        return 2;
    }

    public override SavedValues Saves(in NormArguments args) =>
        new((1u << X) | (1u << Scale) | (1u << Shift), 0b10u | (args.Relu ? 1u : 0u));

    protected static Tensor Run(
        ChannelNormRule<TScale> rule,
        Tape tape,
        Tensor x,
        Tensor scale,
        Tensor shift,
        Tensor runningMean,
        Tensor runningVariance,
        Tensor residual,
        in NormArguments args)
    {
        ArgumentNullException.ThrowIfNull(tape);
        var moments = tape.Training ? tape.MomentsOf(x) : Tensor.None;
        var y = tape.Record(rule, args, [x, scale, shift, runningMean, runningVariance, residual, moments]);
        if (tape.Training)
        {
            tape.SlotOf(runningMean).Parameter?.MarkChanged();
            tape.SlotOf(runningVariance).Parameter?.MarkChanged();
        }

        return y;
    }

    private static void CheckVector(in OpShapes inputs, int input, string name, Shape x)
    {
        if (inputs[input] != Shape.Vector(x.C) || inputs.Layout(input) != TensorLayout.Activation)
        {
            throw inputs.Error($"{name} must be [1,1,1,{x.C}] for x {x}, got {inputs[input]}");
        }

        inputs.RequireFloat32(input, name);
    }
}
