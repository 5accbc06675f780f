using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Max pooling: y = max(windows of x).</summary>
internal sealed partial class MaxPool2dRule : OpRule<Pool2dArguments>
{
    private MaxPool2dRule()
        : base("MaxPool2d")
    {
    }

    public static MaxPool2dRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in Pool2dArguments args, Span<OutputSpec> outputs)
    {
        outputs[0] = new OutputSpec(Pool2dShape.Infer(inputs, args), inputs.Type(0));
        return 1;
    }

    public override SavedValues Saves(in Pool2dArguments args) => new(Inputs: 1, Outputs: 0);
}
