namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// The sizes of a convolution without groups: x [N, H, W, C], filters [O, KH, KW, C], y [N, HOut, WOut, O]. cuDNN is told the
/// channel counts that lie in memory: the padding of x and of the filters is zero, so that of y, dx and dw comes out zero.
/// </summary>
internal readonly record struct ConvolutionShape(
    Shape X, Shape Weight, Shape Y, int StrideH, int StrideW, int PadH, int PadW, int DilationH, int DilationW)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"x {X}, weight {Weight}, y {Y}, stride {StrideH}x{StrideW}, padding {PadH}x{PadW}, dilation {DilationH}x{DilationW}";
}
