using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Ops;

/// <summary>The rule of <see cref="FlattenOp"/>.</summary>
internal sealed partial class FlattenRule : OpRule<NoArguments>
{
    private FlattenRule()
        : base("Flatten")
    {
    }

    public static FlattenRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in NoArguments args, Span<OutputSpec> outputs)
    {
        inputs.RequireActivation(0, "x");
        var x = inputs[0];
        outputs[0] = new OutputSpec(new Shape(x.N, 1, 1, checked(x.H * x.W * x.C)), inputs.Type(0));
        return 1;
    }

    public override SavedValues Saves(in NoArguments args) => SavedValues.None;
}
