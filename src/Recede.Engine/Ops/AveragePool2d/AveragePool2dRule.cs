using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Average pooling: y = average(windows of x).</summary>
internal sealed partial class AveragePool2dRule : OpRule<Pool2dArguments>
{
    private AveragePool2dRule()
        : base("AveragePool2d")
    {
    }

    public static AveragePool2dRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in Pool2dArguments args, Span<OutputSpec> outputs)
    {
        outputs[0] = new OutputSpec(Pool2dShape.Infer(inputs, args), inputs.Type(0));
        return 1;
    }

    public override SavedValues Saves(in Pool2dArguments args) => SavedValues.None;
}
