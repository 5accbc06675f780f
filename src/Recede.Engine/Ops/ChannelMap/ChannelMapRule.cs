using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Ops;

/// <summary>The rule of <see cref="ChannelMapOp"/>.</summary>
internal sealed partial class ChannelMapRule : OpRule<ChannelMapArguments>
{
    private ChannelMapRule()
        : base("ChannelMap")
    {
    }

    public static ChannelMapRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in ChannelMapArguments args, Span<OutputSpec> outputs)
    {
        inputs.RequireActivation(0, "x");
        var x = inputs[0];
        if (args.Map.InputsRead > x.C)
        {
            throw inputs.Error($"the map reads {args.Map.InputsRead} channels, x {x} has {x.C}");
        }

        outputs[0] = new OutputSpec(
            new Shape(x.N, (x.H + args.Stride - 1) / args.Stride, (x.W + args.Stride - 1) / args.Stride, args.Map.Outputs),
            inputs.Type(0));
        return 1;
    }

    public override SavedValues Saves(in ChannelMapArguments args) => SavedValues.None;
}
