using Recede.Engine.Devices.Cpu.Winograd;

namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// The sizes of a convolution: x [N, H, W, C], filters [O, KH, KW, C / Groups], y [N, HOut, WOut, O], with
/// y[n, p, q, o] = sum over kh, kw, c of x[n, p StrideH + kh DilationH - PadH, q StrideW + kw DilationW - PadW, c]
/// w[o, kh, kw, c], x being zero outside. A negative padding crops. N may be 0. Tiles says whether sums may be formed from
/// transformed tiles, which takes fewer products and rounds more; Streams, whether y and dx are written past the caches.
/// </summary>
internal readonly record struct ConvolutionGeometry(
    int N,
    int H,
    int W,
    int C,
    int O,
    int KH,
    int KW,
    int StrideH = 1,
    int StrideW = 1,
    int PadH = 0,
    int PadW = 0,
    int DilationH = 1,
    int DilationW = 1,
    int Groups = 1,
    WinogradTiles Tiles = WinogradTiles.WhereFaster,
    bool Streams = false)
{
    /// <summary>The height of y; 0 where the filter does not fit.</summary>
    public int HOut => Outputs(H, KH, StrideH, PadH, DilationH);

    /// <summary>The width of y; 0 where the filter does not fit.</summary>
    public int WOut => Outputs(W, KW, StrideW, PadW, DilationW);

    /// <summary>The blocks of 16 input channels.</summary>
    public int InputBlocks => Blocks(C);

    /// <summary>The blocks of 16 output channels.</summary>
    public int OutputBlocks => Blocks(O);

    /// <summary>The input channels that one filter reads.</summary>
    public int FilterChannels => C / Groups;

    public int Taps => KH * KW;

    /// <summary>The floats of the filters in their physical layout.</summary>
    public long FilterFloats => (long)OutputBlocks * Simd.Lanes * Taps * FilterChannels;

    /// <summary>Each channel has one filter of its own.</summary>
    public bool IsDepthwise => Groups > 1 && Groups == C && Groups == O;

    public static int Blocks(int channels) => (channels + Simd.Lanes - 1) / Simd.Lanes;

    private static int Outputs(int size, int kernel, int stride, int padding, int dilation)
    {
        int room = size + (2 * padding) - (dilation * (kernel - 1)) - 1;
        return room < 0 ? 0 : (room / stride) + 1;
    }
}
