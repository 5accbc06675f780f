using System.Runtime.InteropServices;

namespace Recede.Engine.Devices.Cpu;

/// <summary>Forward and data gradient of a convolution without groups, directly, at any stride and dilation.</summary>
internal static unsafe class DirectConvolution
{
    private const int Lanes = Simd.Lanes;

    public static long ForwardFloats(in ConvolutionGeometry g, int workers)
    {
        TapConvolution shape = ForwardShape(g);
        var workspace = new WorkspaceCursor(null);
        workspace.Take(shape.MomentFloats);
        return workspace.Floats + RunFloats(shape, workers);
    }

    public static void Forward(
        WorkerPool pool, in ConvolutionGeometry g, float* x, float* w, float* y, in ConvolutionEpilogue epilogue, float* workspace)
    {
        TapConvolution shape = ForwardShape(g);
        var cursor = new WorkspaceCursor(workspace);
        float* parts = cursor.Take(shape.MomentFloats);
        nint row = (nint)g.WOut * Lanes;
        var output = new TapOutput
        {
            Y = y,
            Image = g.OutputBlocks * g.HOut * row,
            Block = g.HOut * row,
            Row = row,
            Column = Lanes,
        };
        Run(pool, shape, x, w, epilogue, output, epilogue.Moments == null ? null : parts, cursor);
        if (epilogue.Moments != null)
        {
            ChannelMoments.Merge(pool, shape.Pixels, g.O, parts, epilogue.Moments);
        }
    }

    public static long BackwardDataFloats(in ConvolutionGeometry g, int workers)
    {
        long most = 0;
        for (int a = 0; a < Math.Min(g.StrideH, g.H); a++)
        {
            for (int b = 0; b < Math.Min(g.StrideW, g.W); b++)
            {
                if (TryPhase(g, a, b, out TapConvolution shape))
                {
                    most = Math.Max(most, RunFloats(shape, workers));
                }
            }
        }

        var workspace = new WorkspaceCursor(null);
        workspace.Take(TurnFiltersJob.Floats(g));
        return workspace.Floats + most;
    }

    public static void BackwardData(
        WorkerPool pool, in ConvolutionGeometry g, float* dy, float* w, float* dx, bool accumulate, float* workspace)
    {
        var cursor = new WorkspaceCursor(workspace);
        float* turned = cursor.Take(TurnFiltersJob.Floats(g));
        var turn = new TurnFiltersJob { Geometry = g, Filters = w, Turned = turned };
        pool.Run(ref turn, g.InputBlocks * g.OutputBlocks);

        nint row = (nint)g.W * Lanes;
        if (!accumulate && LeavesGaps(g))
        {
            NativeMemory.Clear(dx, (nuint)(g.N * (long)g.InputBlocks * g.H * row * sizeof(float)));
        }

        for (int a = 0; a < g.StrideH; a++)
        {
            for (int b = 0; b < g.StrideW; b++)
            {
                int taps = TapsOfPhase(g, a, b);
                if (a < g.H && b < g.W && TryPhase(g, a, b, out TapConvolution shape))
                {
                    var output = new TapOutput
                    {
                        Y = dx + (a * row) + (b * Lanes),
                        Image = g.InputBlocks * g.H * row,
                        Block = g.H * row,
                        Row = g.StrideH * row,
                        Column = g.StrideW * Lanes,
                    };
                    var epilogue = new ConvolutionEpilogue { Residual = accumulate ? output.Y : null, Streams = g.Streams && !accumulate };
                    Run(pool, shape, dy, turned, epilogue, output, null, cursor);
                }

                turned += (nint)g.InputBlocks * taps * g.O * Lanes;
            }
        }
    }

    /// <summary>
    /// The vector operations of a pixel where pixels are in the lanes (<see cref="PlanarSums"/>), of a convolution of stride 1 or of its
    /// data gradient.
    /// </summary>
    public static double PlanarOperations(in ConvolutionGeometry g, bool backwardData)
    {
        TapConvolution shape = default;
        bool isPlanar = backwardData ? TryPhase(g, 0, 0, out shape) && shape.IsPlanar : (shape = ForwardShape(g)).IsPlanar;
        return isPlanar ? PlanarSums.Operations(shape.Window, g.N, shape.InputChannels, shape.OutputChannels) : double.PositiveInfinity;
    }

    private static TapConvolution ForwardShape(in ConvolutionGeometry g) => new(g.N, g.C, g.O, InputWindow.Forward(g));

    // With a stride beyond the filter some inputs have no tap, and no phase writes their gradient.
    private static bool LeavesGaps(in ConvolutionGeometry g)
    {
        for (int a = 0; a < Math.Min(g.StrideH, g.H); a++)
        {
            for (int b = 0; b < Math.Min(g.StrideW, g.W); b++)
            {
                if (TapsOfPhase(g, a, b) == 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static int TapsOfPhase(in ConvolutionGeometry g, int a, int b)
    {
        InputWindow window = InputWindow.Phase(g, a, b);
        return window.Rows.Count * window.Columns.Count;
    }

    // The inputs a + StrideH * t, b + StrideW * s, if any tap reaches them.
    private static bool TryPhase(in ConvolutionGeometry g, int a, int b, out TapConvolution shape)
    {
        bool isReached = TapsOfPhase(g, a, b) > 0;
        shape = isReached ? new TapConvolution(g.N, g.O, g.C, InputWindow.Phase(g, a, b)) : default;
        return isReached;
    }

    private static long RunFloats(in TapConvolution shape, int workers)
    {
        var workspace = new WorkspaceCursor(null);
        workspace.Take(shape.TableFloats);
        workspace.Take(shape.ScratchFloats * workers);
        return workspace.Floats;
    }

    private static void Run(
        WorkerPool pool,
        in TapConvolution shape,
        float* x,
        float* weights,
        in ConvolutionEpilogue epilogue,
        in TapOutput output,
        float* moments,
        WorkspaceCursor workspace)
    {
        int* taps = (int*)workspace.Take(shape.TableFloats);
        int* pixels = taps + shape.PixelTable;
        if (shape.IsPlanar)
        {
            shape.Window.FillTaps(taps, shape.Window.WindowColumns, 1);
        }
        else
        {
            shape.Window.FillTaps(taps);
            shape.Window.FillPixels(pixels, shape.Pixels.ImagesPerPart, shape.Pixels.RowsPerPart);
        }

        float* scratch = workspace.Take(shape.ScratchFloats * pool.Threads);
        if (Simd.Level == SimdLevel.Vector512)
        {
            Run<V512>(pool, shape, x, weights, epilogue, output, moments, taps, pixels, scratch);
        }
        else if (Simd.Level == SimdLevel.Vector256)
        {
            Run<V256>(pool, shape, x, weights, epilogue, output, moments, taps, pixels, scratch);
        }
        else
        {
            Run<V1>(pool, shape, x, weights, epilogue, output, moments, taps, pixels, scratch);
        }
    }

    private static void Run<TV>(
        WorkerPool pool,
        in TapConvolution shape,
        float* x,
        float* weights,
        in ConvolutionEpilogue epilogue,
        in TapOutput output,
        float* moments,
        int* taps,
        int* pixels,
        float* scratch)
        where TV : unmanaged, ISimd<TV>
    {
        var job = new TapConvolutionJob<TV>
        {
            Shape = shape,
            X = x,
            Weights = weights,
            Epilogue = epilogue,
            Output = output,
            Moments = moments,
            Taps = taps,
            Pixels = pixels,
            Scratch = scratch,
        };
        pool.Run(ref job, shape.Items);
    }
}
