namespace Recede.Engine.Devices;

/// <summary>What one element of a tensor is.</summary>
public enum ElementType
{
    /// <summary>IEEE single precision.</summary>
    Float32,

    /// <summary>A byte; images travel so.</summary>
    UInt8,

    /// <summary>A signed 32-bit integer; labels travel so.</summary>
    Int32,

    /// <summary>The upper half of a single-precision number; activations on a GPU may be kept so.</summary>
    BFloat16,
}
