namespace Recede.Engine.Devices.Cpu;

/// <summary>What all calls of a tile kernel in one convolution share.</summary>
internal unsafe struct TileArguments
{
    /// <summary>The offset of each tap from an output pixel's place in the input, in bytes.</summary>
    public int* Taps;

    public int TapCount;

    /// <summary>The input blocks to sum over, each with <see cref="TapCount"/> x rows rows of weights.</summary>
    public int Blocks;

    /// <summary>From one input block to the next, in bytes.</summary>
    public nint BlockBytes;

    /// <summary>The channels of the last of <see cref="Blocks"/>; the others have 16.</summary>
    public int LastRows;

    /// <summary>From the weights of one output vector to those of the next, in floats.</summary>
    public nint WeightVector;

    /// <summary>From one output vector of a pixel to the next, in floats.</summary>
    public nint OutputVector;
}
