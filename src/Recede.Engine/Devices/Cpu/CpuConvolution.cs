using System.Diagnostics;
using System.Runtime.InteropServices;
using Recede.Engine.Devices.Cpu.Winograd;

namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// Convolutions on the CPU: the one place that chooses an algorithm, by shape and instruction set; what is direct chooses its kernels. Activations are NCHW16c, filters
/// [output block][input block][kh][kw][input channel][16]; every pointer is aligned to 64 bytes. Padding lanes of the inputs
/// are zero, and those of the outputs are written as zero. The same bits come out for any number of threads.
/// </summary>
internal static unsafe class CpuConvolution
{
    private const int Lanes = Simd.Lanes;

    private enum Algorithm
    {
        /// <summary>Nothing is read or nothing is written.</summary>
        Empty,
        Direct,
        Depthwise,
        Grouped,
    }

    /// <summary>The floats of scratch that a call in this direction needs, with a pool of so many threads.</summary>
    public static long WorkspaceFloats(in ConvolutionGeometry g, ConvolutionDirection direction, int workers)
    {
        if (direction == ConvolutionDirection.BackwardBias)
        {
            return BiasGradient.Floats(g);
        }

        long moments = direction == ConvolutionDirection.Forward ? ChannelMoments.TensorFloats(g.N, g.O) : 0;
        switch (Choose(g))
        {
            case Algorithm.Direct:
                return WinogradFloats(g, direction, workers) ?? direction switch
                {
                    ConvolutionDirection.Forward => DirectConvolution.ForwardFloats(g, workers),
                    ConvolutionDirection.BackwardData => DirectConvolution.BackwardDataFloats(g, workers),
                    _ when PlanarFilterGradient.TryChoose(g, out PlanarFilterGradient planes) => planes.Floats(workers),
                    _ => FilterGradient.Floats(g, workers),
                };
            case Algorithm.Depthwise:
                return Math.Max(moments, DepthwiseConvolution.Floats(g, direction, workers));
            case Algorithm.Grouped:
                return Math.Max(moments, GroupedConvolution.Floats(g, direction, workers));
            default:
                return 0;
        }
    }

    /// <summary>y = epilogue(x * w): with its bias, residual and ReLU, and the moments that it asks for.</summary>
    public static void Forward(
        WorkerPool pool, in ConvolutionGeometry g, float* x, float* w, float* y, in ConvolutionEpilogue epilogue, float* workspace)
    {
        Debug.Assert(
            epilogue.Moments == null || (epilogue.Residual == null && !epilogue.Relu), "Moments are those of the sums and the bias alone.");
        Algorithm algorithm = Choose(g);
        if (algorithm == Algorithm.Direct)
        {
            ConvolutionEpilogue ending = epilogue;
            ending.Streams = g.Streams && epilogue.Residual != y;
            if (WinogradConvolution.TryChoose(g, false, out WinogradConvolution tiles))
            {
                WinogradRun.Forward(pool, tiles, x, w, y, ending, workspace);
                return;
            }

            DirectConvolution.Forward(pool, g, x, w, y, ending, workspace);
            return;
        }

        if (algorithm == Algorithm.Depthwise)
        {
            DepthwiseConvolution.Forward(pool, g, x, w, y, epilogue, workspace);
        }
        else if (algorithm == Algorithm.Grouped)
        {
            GroupedConvolution.Forward(pool, g, x, w, y, epilogue, workspace);
        }

        if (epilogue.Moments != null)
        {
            if (algorithm == Algorithm.Empty)
            {
                Clear(epilogue.Moments, 2L * g.OutputBlocks * Lanes);
            }
            else
            {
                ChannelMoments.OfTensor(pool, y, g.N, g.HOut, g.WOut, g.O, epilogue.Moments, workspace);
            }
        }
    }

    /// <summary>dx = (accumulate ? dx : 0) + the gradient of x.</summary>
    public static void BackwardData(
        WorkerPool pool, in ConvolutionGeometry g, float* dy, float* w, float* dx, bool accumulate, float* workspace)
    {
        switch (Choose(g))
        {
            case Algorithm.Direct when WinogradConvolution.TryChoose(g, true, out WinogradConvolution tiles):
                WinogradRun.BackwardData(pool, g, tiles, dy, w, dx, accumulate, workspace);
                break;
            case Algorithm.Direct:
                DirectConvolution.BackwardData(pool, g, dy, w, dx, accumulate, workspace);
                break;
            case Algorithm.Depthwise:
                DepthwiseConvolution.BackwardData(pool, g, dy, w, dx, accumulate, workspace);
                break;
            case Algorithm.Grouped:
                GroupedConvolution.BackwardData(pool, g, dy, w, dx, accumulate, workspace);
                break;
            default:
                ClearUnless(accumulate, dx, g.N * (long)g.InputBlocks * g.H * g.W * Lanes);
                break;
        }
    }

    /// <summary>dw = (accumulate ? dw : 0) + the gradient of the filters.</summary>
    public static void BackwardFilter(
        WorkerPool pool, in ConvolutionGeometry g, float* x, float* dy, float* dw, bool accumulate, float* workspace)
    {
        switch (Choose(g))
        {
            case Algorithm.Direct when WinogradFilterGradient.TryChoose(g, out WinogradFilterGradient tiles):
                tiles.Run(pool, x, dy, dw, accumulate, workspace);
                break;
            case Algorithm.Direct when PlanarFilterGradient.TryChoose(g, out PlanarFilterGradient planes):
                planes.Run(pool, x, dy, dw, accumulate, workspace);
                break;
            case Algorithm.Direct:
                FilterGradient.Run(pool, g, x, dy, dw, accumulate, workspace);
                break;
            case Algorithm.Depthwise:
                DepthwiseFilterGradient.Run(pool, g, x, dy, dw, accumulate, workspace);
                break;
            case Algorithm.Grouped:
                GroupedConvolution.BackwardFilter(pool, g, x, dy, dw, accumulate, workspace);
                break;
            default:
                ClearUnless(accumulate, dw, g.FilterFloats);
                break;
        }
    }

    /// <summary>db = (accumulate ? db : 0) + the sum of dy over images and pixels, padded to whole blocks.</summary>
    public static void BackwardBias(
        WorkerPool pool, in ConvolutionGeometry g, float* dy, float* db, bool accumulate, float* workspace)
        => BiasGradient.Run(pool, g, dy, db, accumulate, workspace);

    private static Algorithm Choose(in ConvolutionGeometry g)
    {
        if (g.N == 0 || g.HOut == 0 || g.WOut == 0)
        {
            return Algorithm.Empty;
        }

        if (g.Groups == 1)
        {
            return Algorithm.Direct;
        }

        return g.IsDepthwise ? Algorithm.Depthwise : Algorithm.Grouped;
    }

    private static long? WinogradFloats(in ConvolutionGeometry g, ConvolutionDirection direction, int workers)
    {
        if (direction == ConvolutionDirection.BackwardFilter)
        {
            return WinogradFilterGradient.TryChoose(g, out WinogradFilterGradient gradient) ? gradient.Floats(workers) : null;
        }

        bool backward = direction == ConvolutionDirection.BackwardData;
        return !WinogradConvolution.TryChoose(g, backward, out WinogradConvolution tiles)
            ? null
            : backward ? WinogradRun.BackwardDataFloats(g, tiles, workers) : WinogradRun.ForwardFloats(tiles, workers);
    }

    private static void ClearUnless(bool accumulate, float* values, long count)
    {
        if (!accumulate)
        {
            Clear(values, count);
        }
    }

    private static void Clear(float* values, long count) => NativeMemory.Clear(values, (nuint)(count * sizeof(float)));
}
