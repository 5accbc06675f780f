using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Recede.Engine.Tests.Readme;

// <readme>
/// <summary>An own op: y = factor * x.</summary>
internal sealed class TimesRule() : CpuOpRule<float>("Times")
{
    public static readonly TimesRule Instance = new();

    public override int Infer(in OpShapes x, in float factor, Span<OutputSpec> y)
    {
        y[0] = new OutputSpec(x[0]);
        return 1;                                               // one output, of x's shape
    }

    public override SavedValues Saves(in float factor) => SavedValues.None;

    protected override void ForwardCpu(in CpuOpContext c, in float factor) =>
        TensorPrimitives.Multiply(c.InputSpan(0), factor, c.OutputSpan(0));

    protected override void BackwardCpu(in CpuOpContext c, in float factor)
    {
        var dx = c.InputGradientSpan(0, out var accumulate);
        if (!accumulate) { dx.Clear(); }
        TensorPrimitives.MultiplyAdd(c.OutputGradientSpan(0), factor, dx, dx);
    }
}

/// <summary>An own layer around it.</summary>
internal sealed class Times(string path, float factor) : Module(path)
{
    public override Tensor Forward(Tape tape, Tensor x) => tape.Record(TimesRule.Instance, factor, [x]);

    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers) => Traced(input, input, layers);
}
// </readme>
