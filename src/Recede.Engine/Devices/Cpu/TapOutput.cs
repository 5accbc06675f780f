namespace Recede.Engine.Devices.Cpu;

/// <summary>Where a <see cref="TapConvolution"/> writes: the place of its first pixel, and strides in floats.</summary>
internal unsafe struct TapOutput
{
    public float* Y;
    public nint Image;
    public nint Block;
    public nint Row;
    public nint Column;

    /// <summary>Add to what stands there instead of replacing it.</summary>
    public bool Accumulate;
}
