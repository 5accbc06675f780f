using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>
/// Dropout: y = x m / (1 - rate). The mask m is not stored but drawn again in backward. Value c of pixel p is kept where
/// word c % 4 of Philox block p * ceil(C / 4) + c / 4 is at least rate * 2^32, on every device.
/// </summary>
internal sealed partial class DropoutRule : OpRule<DropoutArguments>
{
    private DropoutRule()
        : base("Dropout")
    {
    }

    public static DropoutRule Instance { get; } = new();

    public override int Infer(in OpShapes inputs, in DropoutArguments args, Span<OutputSpec> outputs)
    {
        inputs.RequireActivation(0, "x");
        outputs[0] = new OutputSpec(inputs[0], inputs.Type(0));
        return 1;
    }

    public override SavedValues Saves(in DropoutArguments args) => SavedValues.None;
}
