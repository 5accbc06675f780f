using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Every op that joins two tensors [N, H, W, C] element by element to y [N, H, W, C].</summary>
internal sealed partial class BinaryRule<TFunction> : OpRule<NoArguments>
    where TFunction : unmanaged, IBinaryFunction
{
    private BinaryRule()
        : base(TFunction.Name)
    {
    }

    public static BinaryRule<TFunction> Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in NoArguments args, Span<OutputSpec> outputs)
    {
        inputs.RequireActivation(0, "a");
        inputs.RequireActivation(1, "b");
        if (inputs[0] != inputs[1])
        {
            throw inputs.Error($"a {inputs[0]} and b {inputs[1]} must have one shape");
        }

        inputs.RequireSameType(0, "a", 1, "b");
        outputs[0] = new OutputSpec(inputs[0], inputs.Type(0));
        return 1;
    }

    public override SavedValues Saves(in NoArguments args) =>
        TFunction.GradientReadsOperands ? new SavedValues(3, 0) : SavedValues.None;
}
