namespace Recede.Engine.Devices.Cpu;

/// <summary>What all calls of a planar kernel in one convolution share.</summary>
internal unsafe struct PlanarArguments
{
    /// <summary>The offset of each tap from an output pixel's place in the input, in floats.</summary>
    public int* Taps;

    public int TapCount;

    /// <summary>The input blocks to sum over, each with <see cref="TapCount"/> x rows rows of 16 weights.</summary>
    public int Blocks;

    /// <summary>The channels of the last of <see cref="Blocks"/>; the others have 16.</summary>
    public int LastRows;

    /// <summary>From one channel's plane of the input to the next, in floats.</summary>
    public nint Plane;

    /// <summary>From one channel's plane of the output to the next, in floats.</summary>
    public nint OutputPlane;
}
