namespace Recede.Engine.Devices.Cpu;

/// <summary>Where a <see cref="TapConvolution"/> writes: the place of its first pixel, and strides in floats. A residual lies so too.</summary>
internal unsafe struct TapOutput
{
    public float* Y;
    public nint Image;
    public nint Block;
    public nint Row;
    public nint Column;
}
