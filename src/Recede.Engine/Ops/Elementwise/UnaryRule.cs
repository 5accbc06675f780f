using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Every op that maps one tensor element by element: x [N, H, W, C] to y [N, H, W, C].</summary>
internal sealed partial class UnaryRule<TFunction> : OpRule<NoArguments>
    where TFunction : unmanaged, IUnaryFunction
{
    private UnaryRule()
        : base(TFunction.Name)
    {
    }

    public static UnaryRule<TFunction> Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in NoArguments args, Span<OutputSpec> outputs)
    {
        inputs.RequireActivation(0, "x");
        outputs[0] = new OutputSpec(inputs[0], inputs.Type(0));
        return 1;
    }

    public override SavedValues Saves(in NoArguments args) =>
        new(TFunction.GradientReadsX ? 1u : 0, TFunction.GradientReadsY ? 1u : 0);
}
