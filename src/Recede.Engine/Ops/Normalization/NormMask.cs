namespace Recede.Engine.Ops;

/// <summary>How a norm's backward pass on CUDA knows where the ReLU let through; numbers as in kernels/batch_norm_backward.cu.</summary>
internal enum NormMask
{
    /// <summary>There was no ReLU.</summary>
    None = 0,

    /// <summary>Where y is positive.</summary>
    FromY = 1,

    /// <summary>Where the forward pass's own expression is, computed again from x: that spares reading y.</summary>
    FromX = 2,
}
