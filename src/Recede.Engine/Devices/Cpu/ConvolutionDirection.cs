namespace Recede.Engine.Devices.Cpu;

/// <summary>Which of a convolution's computations.</summary>
internal enum ConvolutionDirection
{
    Forward,
    BackwardData,
    BackwardFilter,
    BackwardBias,
}
