using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Ops;

/// <summary>Refusals that many shape rules share.</summary>
internal static class OpShapeChecks
{
    /// <summary>Refuses an operand that is no float activation [N, H, W, C]: a weight, images, labels.</summary>
    public static void RequireActivation(this in OpShapes inputs, int input, string name)
    {
        if (inputs.Type(input) != ElementType.Float32 || inputs.Layout(input) != TensorLayout.Activation)
        {
            throw inputs.Error(
                $"{name} must be a float activation, got {inputs[input]} of {inputs.Type(input)} in the {inputs.Layout(input)} layout");
        }
    }
}
