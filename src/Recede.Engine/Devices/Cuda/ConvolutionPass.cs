namespace Recede.Engine.Devices.Cuda;

/// <summary>Which of a convolution's three computations.</summary>
internal enum ConvolutionPass
{
    /// <summary>y from x and the filters.</summary>
    Forward,

    /// <summary>The gradient of x from that of y and the filters.</summary>
    BackwardData,

    /// <summary>The gradient of the filters from x and the gradient of y.</summary>
    BackwardFilter,
}
