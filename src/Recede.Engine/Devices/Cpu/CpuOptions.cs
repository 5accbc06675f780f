namespace Recede.Engine.Devices.Cpu;

/// <summary>How a <see cref="CpuDevice"/> computes.</summary>
public sealed record CpuOptions
{
    /// <summary>
    /// Lets 3x3 convolutions of stride 1 form their sums from transformed tiles (Winograd), where that takes fewer operations: about
    /// twice as fast, with rounding errors of up to 4e-6 of the largest value instead of 1e-6 (docs/convolution.md). Off, every sum is
    /// formed product by product.
    /// </summary>
    public bool AllowWinograd { get; init; } = true;
}
