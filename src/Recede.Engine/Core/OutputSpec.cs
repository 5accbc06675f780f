using Recede.Engine.Devices;

namespace Recede.Engine.Core;

/// <summary>What one output of an op is: the answer of its shape rule.</summary>
/// <param name="Shape">Logical shape.</param>
/// <param name="Type">Element type. An activation has that of the activations it follows from (<see cref="OpShapes.Type"/>);
/// statistics and scalars are float32.</param>
/// <param name="Layout">Physical layout.</param>
/// <param name="Differentiable">Whether a gradient can flow into it.</param>
/// <param name="Auxiliary">Kept for the op's own backward pass only: not made for readers, freed at once when no
/// gradient is wanted.</param>
public readonly record struct OutputSpec(
    Shape Shape,
    ElementType Type = ElementType.Float32,
    TensorLayout Layout = TensorLayout.Activation,
    bool Differentiable = true,
    bool Auxiliary = false)
{
    /// <summary>A float vector that only the op's own backward pass reads.</summary>
    public static OutputSpec Saved(Shape shape) => new(shape, Differentiable: false, Auxiliary: true);
}
