namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// What becomes of the sums of a convolution while they are still in cache: y = [relu](sums + bias [+ residual]).
/// <b>Every algorithm that <see cref="CpuConvolution"/> may choose honours all of it</b>, but for the moments of convolutions in groups, which
/// <see cref="CpuConvolution"/> takes in a pass of their own, and <see cref="Streams"/>, which is a wish; and writes the padding lanes of y as
/// zero whatever was summed; <see cref="EpilogueLanes{TV}"/> does both for the vectors of a block. A default value asks for nothing.
/// </summary>
internal unsafe struct ConvolutionEpilogue
{
    /// <summary>One number an output channel, padded to whole blocks, or null.</summary>
    public float* Bias;

    /// <summary>
    /// A tensor that lies as y does, or null. It may be y itself, which adds to what stands there: each vector of it is read before
    /// that of y is written, and no part of y is written before.
    /// </summary>
    public float* Residual;

    /// <summary>Negative numbers become zero, after all else; a NaN stays one.</summary>
    public bool Relu;

    /// <summary>
    /// Receives the mean and then the biased variance of each output channel of sums + bias, over N x HOut x WOut (zero if there are
    /// no pixels), each padded to whole blocks; or null. The norm of a training step wants them, which adds the residual itself: they
    /// are never asked for together with <see cref="Residual"/> or <see cref="Relu"/>.
    /// </summary>
    public float* Moments;

    /// <summary>What is written goes past the caches; <see cref="CpuConvolution"/> says so where the geometry does.</summary>
    public bool Streams;
}
