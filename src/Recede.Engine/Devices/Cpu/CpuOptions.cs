namespace Recede.Engine.Devices.Cpu;

/// <summary>How a <see cref="CpuDevice"/> computes.</summary>
public sealed record CpuOptions
{
    /// <summary>
    /// Lets 3x3 convolutions of stride 1 form their sums from transformed tiles (Winograd), where that takes fewer operations: about
    /// twice as fast, and rounding about ten times as much, 1e-5 of the largest value (docs/convolution.md). Off, every sum is formed
    /// product by product.
    /// </summary>
    public bool AllowWinograd { get; init; } = true;
}
