namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// Convolution with a filter for each channel: 16 channels side by side in a vector, no sum over channels. The data gradient
/// is the same computation, one phase of the stride at a time.
/// </summary>
internal static unsafe class DepthwiseConvolution
{
    private const int Lanes = Simd.Lanes;

    // A window of one block that leaves room in the second-level cache.
    private const long StageBytes = 256 << 10;

    public static long Floats(in ConvolutionGeometry g, ConvolutionDirection direction, int workers)
    {
        if (direction == ConvolutionDirection.BackwardFilter)
        {
            return DepthwiseFilterGradient.Floats(g, workers);
        }

        if (direction == ConvolutionDirection.Forward)
        {
            return RunFloats(InputWindow.Forward(g), workers);
        }

        long most = 0;
        for (int a = 0; a < Math.Min(g.StrideH, g.H); a++)
        {
            for (int b = 0; b < Math.Min(g.StrideW, g.W); b++)
            {
                InputWindow window = InputWindow.Phase(g, a, b);
                most = window.Rows.Count * window.Columns.Count == 0 ? most : Math.Max(most, RunFloats(window, workers));
            }
        }

        return most;
    }

    public static void Forward(
        WorkerPool pool, in ConvolutionGeometry g, float* x, float* w, float* y, in ConvolutionEpilogue epilogue, float* workspace)
    {
        nint row = (nint)g.WOut * Lanes;
        var output = new TapOutput { Y = y, Block = g.HOut * row, Image = g.OutputBlocks * g.HOut * row, Row = row, Column = Lanes };
        Run(pool, g, InputWindow.Forward(g), x, w, epilogue, output, workspace);
    }

    public static void BackwardData(
        WorkerPool pool, in ConvolutionGeometry g, float* dy, float* w, float* dx, bool accumulate, float* workspace)
    {
        nint row = (nint)g.W * Lanes;
        for (int a = 0; a < Math.Min(g.StrideH, g.H); a++)
        {
            for (int b = 0; b < Math.Min(g.StrideW, g.W); b++)
            {
                var output = new TapOutput
                {
                    Y = dx + (a * row) + (b * Lanes),
                    Image = g.InputBlocks * g.H * row,
                    Block = g.H * row,
                    Row = g.StrideH * row,
                    Column = g.StrideW * Lanes,
                };
                var epilogue = new ConvolutionEpilogue { Residual = accumulate ? output.Y : null };
                Run(pool, g, InputWindow.Phase(g, a, b), dy, w, epilogue, output, workspace);
            }
        }
    }

    private static int RowsPerItem(in InputWindow window)
    {
        int rows = window.OutputHeight;
        while (rows > 1 && window.WindowFloats(1, rows, 1) * sizeof(float) > StageBytes)
        {
            rows = (rows + 1) / 2;
        }

        return rows;
    }

    private static long RunFloats(in InputWindow window, int workers)
    {
        var workspace = new WorkspaceCursor(null);
        workspace.Take(2L * window.Rows.Count * window.Columns.Count);
        workspace.Take(window.WindowFloats(1, RowsPerItem(window), 1) * workers);
        return workspace.Floats;
    }

    private static void Run(
        WorkerPool pool,
        in ConvolutionGeometry g,
        InputWindow window,
        float* x,
        float* w,
        in ConvolutionEpilogue epilogue,
        in TapOutput output,
        float* workspace)
    {
        var cursor = new WorkspaceCursor(workspace);
        int tapCount = window.Rows.Count * window.Columns.Count;
        int* taps = (int*)cursor.Take(2L * tapCount);
        int rows = RowsPerItem(window);
        float* scratch = null;
        if (tapCount > 0)
        {
            scratch = cursor.Take(window.WindowFloats(1, rows, 1) * pool.Threads);
            window.Arrange(rows, 1);
            window.FillTaps(taps);
            window.FillFilterOffsets(taps + tapCount, g.KW);
        }

        if (Simd.Level == SimdLevel.Vector512)
        {
            Run<V512>(pool, g, window, rows, x, w, epilogue, output, taps, scratch);
        }
        else if (Simd.Level == SimdLevel.Vector256)
        {
            Run<V256>(pool, g, window, rows, x, w, epilogue, output, taps, scratch);
        }
        else
        {
            Run<V1>(pool, g, window, rows, x, w, epilogue, output, taps, scratch);
        }
    }

    private static void Run<TV>(
        WorkerPool pool,
        in ConvolutionGeometry g,
        in InputWindow window,
        int rows,
        float* x,
        float* w,
        in ConvolutionEpilogue epilogue,
        in TapOutput output,
        int* taps,
        float* scratch)
        where TV : unmanaged, ISimd<TV>
    {
        var job = new DepthwiseJob<TV>
        {
            Window = window,
            RowsPerItem = rows,
            Bands = TapConvolution.Divide(window.OutputHeight, rows),
            X = x,
            Weights = w,
            WeightBlock = (nint)g.Taps * Lanes,
            Epilogue = epilogue,
            Output = output,
            TapCount = window.Rows.Count * window.Columns.Count,
            Taps = taps,
            Scratch = scratch,
            Channels = g.C,
        };
        pool.Run(ref job, g.N * window.Blocks * job.Bands);
    }
}
