using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu;

/// <summary>The gradient of depthwise filters: for each tap and channel, the sum over pixels of input times output gradient.</summary>
internal static unsafe class DepthwiseFilterGradient
{
    private const int Lanes = Simd.Lanes;
    private const long StageBytes = 256 << 10;

    // With fewer blocks than this the batch is cut into parts, so that a few threads share the work.
    private const int ItemsWanted = 8;

    public static long Floats(in ConvolutionGeometry g, int workers)
    {
        var workspace = new WorkspaceCursor(null);
        workspace.Take(g.Taps);
        workspace.Take(Parts(g) * g.FilterFloats);
        workspace.Take(ScratchFloats(g) * workers);
        return workspace.Floats;
    }

    public static void Run(
        WorkerPool pool, in ConvolutionGeometry g, float* x, float* dy, float* dw, bool accumulate, float* workspace)
    {
        if (Simd.Level == SimdLevel.Vector512)
        {
            Run<V512>(pool, g, x, dy, dw, accumulate, workspace);
        }
        else if (Simd.Level == SimdLevel.Vector256)
        {
            Run<V256>(pool, g, x, dy, dw, accumulate, workspace);
        }
        else
        {
            Run<V1>(pool, g, x, dy, dw, accumulate, workspace);
        }
    }

    private static void Run<TV>(
        WorkerPool pool, in ConvolutionGeometry g, float* x, float* dy, float* dw, bool accumulate, float* workspace)
        where TV : unmanaged, ISimd<TV>
    {
        var cursor = new WorkspaceCursor(workspace);
        int* taps = (int*)cursor.Take(g.Taps);
        int count = Parts(g);
        float* parts = cursor.Take(count * g.FilterFloats);
        InputWindow window = InputWindow.Forward(g);
        int rows = RowsPerBand(window);
        window.Arrange(rows, 1);
        window.FillTaps(taps);
        var job = new Job<TV>
        {
            Geometry = g,
            Window = window,
            RowsPerBand = rows,
            Parts = count,
            X = x,
            Dy = dy,
            Dw = parts,
            Taps = taps,
            Scratch = cursor.Take(ScratchFloats(g) * pool.Threads),
        };
        pool.Run(ref job, count * g.OutputBlocks);
        SumParts.Run<TV>(pool, parts, count, g.FilterFloats, dw, accumulate);
    }

    private static int Parts(in ConvolutionGeometry g)
        => Math.Min(g.N, TapConvolution.Divide(ItemsWanted, g.OutputBlocks));

    private static int RowsPerBand(in InputWindow window)
    {
        int rows = window.OutputHeight;
        while (rows > 1 && window.WindowFloats(1, rows, 1) * sizeof(float) > StageBytes)
        {
            rows = (rows + 1) / 2;
        }

        return rows;
    }

    private static long ScratchFloats(in ConvolutionGeometry g)
    {
        InputWindow window = InputWindow.Forward(g);
        return window.WindowFloats(1, RowsPerBand(window), 1);
    }

    // One item is one block of one part of the batch.
    private struct Job<TV> : IParallelJob
        where TV : unmanaged, ISimd<TV>
    {
        public ConvolutionGeometry Geometry;
        public InputWindow Window;
        public int RowsPerBand;
        public int Parts;
        public float* X;
        public float* Dy;
        public float* Dw;
        public int* Taps;
        public float* Scratch;

        public readonly void Run(int item, int worker)
        {
            int part = item / Geometry.OutputBlocks;
            int block = item % Geometry.OutputBlocks;
            nint plane = (nint)Geometry.HOut * Geometry.WOut * Lanes;
            float* dw = Dw + (part * (nint)Geometry.FilterFloats) + ((nint)block * Geometry.Taps * Lanes);
            new Span<float>(dw, Geometry.Taps * Lanes).Clear();
            float* stage = Scratch + (worker * Window.WindowFloats(1, RowsPerBand, 1));
            int last = (int)((part + 1L) * Geometry.N / Parts);
            for (int image = (int)((long)part * Geometry.N / Parts); image < last; image++)
            {
                for (int row = 0; row < Geometry.HOut; row += RowsPerBand)
                {
                    int rows = Math.Min(RowsPerBand, Geometry.HOut - row);
                    float* x = Window.Open<TV>(X, image, 1, row, rows, block, 1, stage);
                    float* dy = Dy + ((((nint)image * Geometry.OutputBlocks) + block) * plane) + ((nint)row * Geometry.WOut * Lanes);
                    for (int tap = 0; tap < Geometry.Taps; tap++)
                    {
                        for (int lane = 0; lane < Lanes; lane += TV.Count)
                        {
                            float* to = dw + (tap * Lanes) + lane;
                            TV.Store(TV.Load(to) + Sum((float*)((byte*)x + Taps[tap]) + lane, dy + lane, rows), to);
                        }
                    }
                }
            }

            ClearPadding(dw, Geometry.C - (block * Lanes));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly TV Sum(float* x, float* dy, int rows)
        {
            TV s0 = TV.Zero, s1 = TV.Zero, s2 = TV.Zero, s3 = TV.Zero;
            nint step = (nint)Window.StepW * Lanes;
            int width = Geometry.WOut;
            for (int r = 0; r < rows; r++)
            {
                float* xr = x + (r * Window.StepH * Window.Row);
                int p = 0;
                for (; p + 4 <= width; p += 4, xr += 4 * step, dy += 4 * Lanes)
                {
                    s0 = TV.Fma(TV.Load(xr), TV.Load(dy), s0);
                    s1 = TV.Fma(TV.Load(xr + step), TV.Load(dy + Lanes), s1);
                    s2 = TV.Fma(TV.Load(xr + (2 * step)), TV.Load(dy + (2 * Lanes)), s2);
                    s3 = TV.Fma(TV.Load(xr + (3 * step)), TV.Load(dy + (3 * Lanes)), s3);
                }

                for (; p < width; p++, xr += step, dy += Lanes)
                {
                    s0 = TV.Fma(TV.Load(xr), TV.Load(dy), s0);
                }
            }

            return (s0 + s1) + (s2 + s3);
        }

        private readonly void ClearPadding(float* dw, int lanes)
        {
            for (int tap = 0; tap < Geometry.Taps; tap++)
            {
                for (int lane = Math.Max(0, lanes); lane < Lanes; lane++)
                {
                    dw[(tap * Lanes) + lane] = 0f;
                }
            }
        }
    }
}
