using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Ops;

/// <summary>What the penalties share: lambda times a sum of terms over all channels of any number of scale vectors.</summary>
internal static partial class ScaleVectors
{
    /// <summary>Backward reads every vector, also past the 32nd: parameters stay in any case, other tensors by a bit each.</summary>
    public static SavedValues AllInputs => new(uint.MaxValue, 0);

    /// <summary>The shape rule.</summary>
    public static OutputSpec Infer(in OpShapes inputs, float lambda)
    {
        if (!float.IsFinite(lambda))
        {
            throw inputs.Error($"lambda must be a number, got {lambda}");
        }

        for (var i = 0; i < inputs.Count; i++)
        {
            var shape = inputs[i];
            if (shape != Shape.Vector(shape.C) || inputs.Type(i) != ElementType.Float32 || inputs.Layout(i) != TensorLayout.Activation)
            {
                throw inputs.Error($"scales {i} must be a float vector [1,1,1,C], got {inputs.Type(i)} {shape} ({inputs.Layout(i)})");
            }
        }

        return new OutputSpec(Shape.Scalar);
    }
}
