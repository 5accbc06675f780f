using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Recede.Engine.Devices.Cpu.Generated;

namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// The sums of a <see cref="TapConvolution"/> of few output channels, with pixels in the lanes of a vector instead of channels: 3 outputs
/// are three sums, not one that wastes 13 lanes of 16. The staged input has a plane a channel, zero border included; a plane is taken as one
/// long row, so that a vector may begin in one row and end in the next, and the sums that fall on the border are thrown away.
/// </summary>
internal static unsafe class PlanarSums
{
    private const int Lanes = Simd.Lanes;

    // Vectors of a call of a kernel, and its most outputs.
    private const int Vectors = 3;
    private const int OutputsAtMost = 4;

    // Set by timing shapes on either side, in vector operations a pixel: what a convolution costs beside its products.
    private const double DirectPixelOperations = 38;
    private const double UnstagedPixelOperations = 20;

    /// <summary>The vector operations of a pixel, whatever its channels: measured.</summary>
    public const double PixelOperations = 22;

    /// <summary>The vector operations of a pixel for each channel's way between pixels and planes: measured.</summary>
    public const double ChannelOperations = 3;

    /// <summary>What is read and written beyond the last pixel of a plane.</summary>
    public const int PixelsBeyond = Vectors * Lanes;

    /// <summary>Whether these sums take fewer operations than those that have channels in the lanes.</summary>
    public static bool IsFaster(in InputWindow window, int images, int inputChannels, int outputChannels)
        => Operations(window, images, inputChannels, outputChannels) < DirectOperations(window, inputChannels, outputChannels);

    /// <summary>The vector operations of a pixel with channels in the lanes.</summary>
    public static double DirectOperations(in InputWindow window, int inputChannels, int outputChannels)
        => (window.Direct ? UnstagedPixelOperations : DirectPixelOperations)
            + ((double)window.Rows.Count * window.Columns.Count * inputChannels * ConvolutionGeometry.Blocks(outputChannels));

    /// <summary>The vector operations of a pixel, its way between pixels and planes included; infinite where it cannot be done so.</summary>
    public static double Operations(in InputWindow window, int images, int inputChannels, int outputChannels)
    {
        if (outputChannels > Lanes || window.StepH != 1 || window.StepW != 1)
        {
            return double.PositiveInfinity;
        }

        // Of small images several are an item, and their borders lie between them.
        double pixels = (double)window.OutputHeight * window.OutputWidth;
        bool isGroup = images > 1 && pixels < TapConvolution.PlanarPixelsAtMost;
        double summed = window.WindowColumns * (double)(isGroup ? window.WindowRows(window.OutputHeight) : window.OutputHeight);
        double products = (double)window.Rows.Count * window.Columns.Count * inputChannels * outputChannels / Lanes;
        double channels = PlanarTranspose.Whole(inputChannels) + PlanarTranspose.Whole(outputChannels);
        return PixelOperations + (ChannelOperations * channels) + (products * summed / pixels);
    }

    /// <summary>
    /// Into tile[pixel][16] the sums of a part of the pixels, over all taps and channels of <paramref name="x"/>; lanes beyond the output
    /// channels are zero.
    /// </summary>
    /// <param name="shape">The convolution, whose <see cref="TapConvolution.IsPlanar"/> holds.</param>
    /// <param name="x">The input tensor.</param>
    /// <param name="weights">[input block][tap][input channel][16].</param>
    /// <param name="taps">The offset of each tap in a plane, in floats.</param>
    /// <param name="image">The first image.</param>
    /// <param name="images">How many.</param>
    /// <param name="row">The first row of outputs.</param>
    /// <param name="rows">How many.</param>
    /// <param name="scratch"><see cref="TapConvolution.StageFloats"/>.</param>
    /// <param name="tile">The sums.</param>
    public static void Run(
        in TapConvolution shape, float* x, float* weights, int* taps, int image, int images, int row, int rows, float* scratch, float* tile)
    {
        InputWindow window = shape.Window;
        nint plane = shape.Plane;
        int pitch = window.WindowColumns;
        int perImage = window.WindowRows(rows) * pitch;
        for (int n = 0; n < images; n++)
        {
            for (int b = 0; b < window.Blocks; b++)
            {
                int channels = Math.Min(Lanes, shape.InputChannels - (b * Lanes));
                window.StagePlanes(x, image + n, b, channels, row, rows, scratch + (b * Lanes * plane) + (n * perImage), plane);
            }
        }

        int count = ((images - 1) * perImage) + ((rows - 1) * pitch) + window.OutputWidth;
        float* sums = scratch + (PlanarTranspose.Whole(shape.InputChannels) * plane);
        PlanarArguments a;
        a.Taps = taps;
        a.TapCount = shape.TapCount;
        a.Blocks = window.Blocks;
        a.LastRows = shape.InputChannels - ((window.Blocks - 1) * Lanes);
        a.Plane = plane;
        a.OutputPlane = plane;
        if (Simd.Level == SimdLevel.Vector512)
        {
            Sum<Vector512<float>, Vector512Ops>(a, scratch, weights, sums, count, shape.OutputChannels);
        }
        else if (Simd.Level == SimdLevel.Vector256)
        {
            Sum<Vector256<float>, Vector256Ops>(a, scratch, weights, sums, count, shape.OutputChannels);
        }
        else
        {
            Sum<float, ScalarOps>(a, scratch, weights, sums, count, shape.OutputChannels);
        }

        int whole = PlanarTranspose.Whole(shape.OutputChannels);
        for (int o = shape.OutputChannels; o < whole; o++)
        {
            NativeMemory.Clear(sums + (o * plane), (nuint)(count * sizeof(float)));
        }

        for (int n = 0; n < images; n++)
        {
            for (int r = 0; r < rows; r++)
            {
                PlanarTranspose.ToPixels(sums + (n * perImage) + (r * pitch), plane, shape.OutputChannels, tile, window.OutputWidth);
                tile += window.OutputWidth * Lanes;
            }
        }
    }

    // The outputs are shared out evenly: 5 are 3 and 2, since the kernel of one waits for its own sums.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sum<TV, TOps>(in PlanarArguments a, float* x, float* w, float* y, int count, int outputs)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        int calls = TapConvolution.Divide(outputs, OutputsAtMost);
        int step = Vectors * sizeof(TV) / sizeof(float);
        for (int p = 0; p < count; p += step)
        {
            int first = 0;
            for (int call = 0; call < calls; call++)
            {
                int last = outputs * (call + 1) / calls;
                float* to = y + (first * a.OutputPlane) + p;
                switch (last - first)
                {
                    case 4:
                        PlanarKernels.Pixels3x4<TV, TOps>(a, x + p, w + first, to);
                        break;
                    case 3:
                        PlanarKernels.Pixels3x3<TV, TOps>(a, x + p, w + first, to);
                        break;
                    case 2:
                        PlanarKernels.Pixels3x2<TV, TOps>(a, x + p, w + first, to);
                        break;
                    default:
                        PlanarKernels.Pixels3x1<TV, TOps>(a, x + p, w + first, to);
                        break;
                }

                first = last;
            }
        }
    }
}
