using System.Globalization;
using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Ops;

/// <summary>Refusals that many shape rules share.</summary>
internal static class OpShapeChecks
{
    /// <summary>Refuses an operand that is no activation [N, H, W, C] of float32 or bfloat16: a weight, images, labels.</summary>
    public static void RequireActivation(this in OpShapes inputs, int input, string name)
    {
        if (inputs.Type(input) is not (ElementType.Float32 or ElementType.BFloat16) || inputs.Layout(input) != TensorLayout.Activation)
        {
            throw inputs.Error($"{name} must be a float activation, got {Described(inputs, input)}");
        }
    }

    /// <summary>Refuses two operands of different precision: a kernel reads both as one type.</summary>
    public static void RequireSameType(this in OpShapes inputs, int input, string name, int other, string otherName)
    {
        if (inputs.Type(input) != inputs.Type(other))
        {
            throw inputs.Error(
                $"{name} {inputs[input]} of {inputs.Type(input)} and {otherName} {inputs[other]} of {inputs.Type(other)} must have one type");
        }
    }

    /// <summary>Refuses an operand that is not kept in float32: what belongs to channels is, whatever the activations are.</summary>
    public static void RequireFloat32(this in OpShapes inputs, int input, string name)
    {
        if (inputs.Type(input) != ElementType.Float32)
        {
            throw inputs.Error($"{name} must be of Float32, got {Described(inputs, input)}");
        }
    }

    /// <summary>Refuses an operand that is no filter [O, KH, KW, I], or one without a single weight.</summary>
    public static void RequireFilter(this in OpShapes inputs, int input, string name)
    {
        if (inputs.Type(input) != ElementType.Float32 || inputs.Layout(input) != TensorLayout.Filter)
        {
            throw inputs.Error($"{name} must be a bound parameter of the weight role, got {Described(inputs, input)}");
        }

        if (inputs[input].Count == 0)
        {
            throw inputs.Error($"{name} {inputs[input]} must have a filter, a tap and an input channel at least");
        }
    }

    /// <summary>Refuses an operand that is no float32 vector as wide as another operand has outputs.</summary>
    public static void RequireVector(
        this in OpShapes inputs, int input, string name, int channels, string otherName, Shape other)
    {
        inputs.RequireActivation(input, name);
        inputs.RequireFloat32(input, name);
        if (inputs[input] != Shape.Vector(channels))
        {
            throw inputs.Error(string.Create(
                CultureInfo.InvariantCulture, $"{name} {inputs[input]} must be {Shape.Vector(channels)} for {otherName} {other}"));
        }
    }

    private static string Described(in OpShapes inputs, int input) =>
        $"{inputs[input]} of {inputs.Type(input)} in the {inputs.Layout(input)} layout";
}
