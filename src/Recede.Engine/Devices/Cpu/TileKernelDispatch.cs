using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Recede.Engine.Devices.Cpu.Generated;

namespace Recede.Engine.Devices.Cpu;

/// <summary>Calls the micro-kernels that suit <see cref="Simd.Level"/>, a block or a pair of blocks at a time.</summary>
internal static unsafe class TileKernelDispatch
{
    /// <summary>The pixels of a tile, at every level.</summary>
    public const int Pixels = 8;

    /// <summary>The most pixels that a call writes: two runs of neighbours.</summary>
    public const int PixelsAtMost = 2 * Pixels;

    /// <summary>The input channels that a call of the filter gradient's kernel for rows of taps sums.</summary>
    public const int RowChannels = 4;

    /// <summary>
    /// Whether <see cref="Row"/> and <see cref="FilterRow"/> have kernels. Only vectors of 16 lanes leave a broadcast without a second use (one vector is a
    /// whole block) and have the registers for three taps at once.
    /// </summary>
    public static bool HasRows => Simd.Level == SimdLevel.Vector512;

    /// <summary>
    /// Eight output pixels of one or two output blocks: y = (accumulate ? y : 0) + the sum over input channels and taps.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Tile(
        ref TileArguments a, nint weightBlock, nint outputBlock, byte* x, int* pixels, float* w, float* y, int blocks, bool accumulate)
    {
        if (Simd.Level == SimdLevel.Vector512)
        {
            a.WeightVector = weightBlock;
            a.OutputVector = outputBlock;
            if (blocks == 2)
            {
                TileKernels.Tile8x2<Vector512<float>, Vector512Ops>(in a, x, pixels, w, y, accumulate);
            }
            else
            {
                TileKernels.Tile8x1<Vector512<float>, Vector512Ops>(in a, x, pixels, w, y, accumulate);
            }
        }
        else if (Simd.Level == SimdLevel.Vector256)
        {
            Halves<Vector256<float>, Vector256Ops>(ref a, 8, weightBlock, outputBlock, x, pixels, w, y, blocks, accumulate);
        }
        else
        {
            Halves<float, ScalarOps>(ref a, 1, weightBlock, outputBlock, x, pixels, w, y, blocks, accumulate);
        }
    }

    /// <summary>
    /// As <see cref="Tile"/>, for rows of three taps that are neighbours, as the pixels are of each run of <see cref="Pixels"/>: two
    /// runs of one output block, or one of two. The first pixel of each run is read.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row(
        ref TileArguments a, nint weightBlock, nint outputBlock, byte* x, int* pixels, float* w, float* y, int blocks, bool accumulate)
    {
        a.WeightVector = weightBlock;
        a.OutputVector = outputBlock;
        if (blocks == 2)
        {
            RowKernels.Row1x2<Vector512<float>, Vector512Ops>(in a, x, pixels, w, y, accumulate);
        }
        else
        {
            RowKernels.Row2x1<Vector512<float>, Vector512Ops>(in a, x, pixels, w, y, accumulate);
        }
    }

    /// <summary>
    /// One tap of the filter gradient for up to 16 input channels (<paramref name="rows"/>) of one or two output blocks:
    /// dw = (add ? dw : 0) + the sum over pixels.
    /// </summary>
    public static void FilterTap(
        nint dyBlockBytes, nint dwBlock, byte* x, int* xPixels, byte* dy, int* dyPixels, int count, float* dw, int rows, int blocks, bool add)
    {
        FilterGradientArguments a;
        if (Simd.Level == SimdLevel.Vector512)
        {
            a.DyVectorBytes = dyBlockBytes;
            a.DwVector = dwBlock;
            if (blocks == 1)
            {
                if (rows > 8)
                {
                    FilterGradientKernels.Rows16x1<Vector512<float>, Vector512Ops>(in a, x, xPixels, dy, dyPixels, count, dw, rows, add);
                }
                else if (rows > 4)
                {
                    FilterGradientKernels.Rows8x1<Vector512<float>, Vector512Ops>(in a, x, xPixels, dy, dyPixels, count, dw, rows, add);
                }
                else
                {
                    FilterGradientKernels.Rows4x1<Vector512<float>, Vector512Ops>(in a, x, xPixels, dy, dyPixels, count, dw, rows, add);
                }

                return;
            }

            for (int r = 0; r < rows; r += 8)
            {
                byte* xr = x + (r * sizeof(float));
                float* dwr = dw + (r * Simd.Lanes);
                if (rows - r > 4)
                {
                    FilterGradientKernels.Rows8x2<Vector512<float>, Vector512Ops>(in a, xr, xPixels, dy, dyPixels, count, dwr, rows - r, add);
                }
                else
                {
                    FilterGradientKernels.Rows4x2<Vector512<float>, Vector512Ops>(in a, xr, xPixels, dy, dyPixels, count, dwr, rows - r, add);
                }
            }
        }
        else if (Simd.Level == SimdLevel.Vector256)
        {
            Rows<Vector256<float>, Vector256Ops>(8, dyBlockBytes, dwBlock, x, xPixels, dy, dyPixels, count, dw, rows, blocks, add);
        }
        else
        {
            Rows<float, ScalarOps>(1, dyBlockBytes, dwBlock, x, xPixels, dy, dyPixels, count, dw, rows, blocks, add);
        }
    }

    /// <summary>
    /// As <see cref="FilterTap"/>, for a row of three taps that are neighbours, and pixels in whole runs of <see cref="Pixels"/> neighbours, of
    /// one output block; so much lies from one tap's gradient to the next, in floats.
    /// </summary>
    public static void FilterRow(byte* x, int* xPixels, byte* dy, int* dyPixels, int count, float* dw, nint tap, int rows, bool add)
    {
        for (int r = 0; r < rows; r += RowChannels)
        {
            FilterGradientKernels.Taps3x4<Vector512<float>, Vector512Ops>(
                x + (r * sizeof(float)), xPixels, dy, dyPixels, count, dw + (r * Simd.Lanes), tap, rows - r, add);
        }
    }

    // Sixteen registers hold 4 pixels x 2 vectors, which are neighbours in one block.
    private static void Halves<TV, TOps>(
        ref TileArguments a, int lanes, nint weightBlock, nint outputBlock, byte* x, int* pixels, float* w, float* y, int blocks, bool accumulate)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        a.WeightVector = lanes;
        a.OutputVector = lanes;
        for (int b = 0; b < blocks; b++)
        {
            for (int lane = 0; lane < Simd.Lanes; lane += 2 * lanes)
            {
                float* wl = w + (b * weightBlock) + lane;
                float* yl = y + (b * outputBlock) + lane;
                TileKernels.Tile4x2<TV, TOps>(in a, x, pixels, wl, yl, accumulate);
                TileKernels.Tile4x2<TV, TOps>(in a, x, pixels + 4, wl, yl + (4 * Simd.Lanes), accumulate);
            }
        }
    }

    private static void Rows<TV, TOps>(
        int lanes, nint dyBlockBytes, nint dwBlock, byte* x, int* xPixels, byte* dy, int* dyPixels, int count, float* dw, int rows, int blocks, bool add)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        FilterGradientArguments a;
        a.DyVectorBytes = lanes * sizeof(float);
        a.DwVector = lanes;
        for (int b = 0; b < blocks; b++)
        {
            for (int lane = 0; lane < Simd.Lanes; lane += 2 * lanes)
            {
                byte* dyl = dy + (b * dyBlockBytes) + (lane * sizeof(float));
                float* dwl = dw + (b * dwBlock) + lane;
                for (int r = 0; r < rows; r += 4)
                {
                    FilterGradientKernels.Rows4x2<TV, TOps>(
                        in a, x + (r * sizeof(float)), xPixels, dyl, dyPixels, count, dwl + (r * Simd.Lanes), rows - r, add);
                }
            }
        }
    }
}
