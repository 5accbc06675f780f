using Recede.Engine.Devices;

namespace Recede.Engine.Core;

/// <summary>What a tape knows of one tensor of the current step.</summary>
internal struct Slot
{
    public string Name;
    public Shape Shape;
    public ElementType Type;
    public TensorLayout Layout;
    public Parameter? Parameter;
    public ArenaBlock Value;
    public ArenaBlock Gradient;

    /// <summary>Address of the value: in the arena, or in the parameter's own buffer.</summary>
    public nint Address;
    public bool NeedsGradient;
    public bool HasGradient;

    /// <summary>A backward pass will read the value.</summary>
    public bool Saved;

    /// <summary>Nobody reads it again in the forward pass.</summary>
    public bool Released;

    /// <summary>Stays until the step ends.</summary>
    public bool Kept;

    /// <summary>The value's memory was given back.</summary>
    public bool Gone;

    /// <summary>Whether it holds numbers of some precision, rather than bytes or integers.</summary>
    public readonly bool HoldsNumbers => Type is ElementType.Float32 or ElementType.BFloat16;

    /// <summary>Slot of the channel moments that the producing convolution left, or -1.</summary>
    public int Moments;
}
