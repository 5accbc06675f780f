namespace Recede.Engine.Devices.Cpu;

/// <summary>What all calls of a filter gradient kernel in one convolution share.</summary>
internal struct FilterGradientArguments
{
    /// <summary>From one vector of output channels of dy to the next, in bytes.</summary>
    public nint DyVectorBytes;

    /// <summary>From one vector of output channels of dw to the next, in floats.</summary>
    public nint DwVector;
}
