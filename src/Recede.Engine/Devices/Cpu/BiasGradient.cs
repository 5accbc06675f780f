using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu;

/// <summary>The gradient of a convolution's bias: the sum of dy over images and pixels, channel by channel.</summary>
internal static unsafe class BiasGradient
{
    private const int Lanes = Simd.Lanes;

    // Single precision within a run of pixels, double precision across runs.
    private const int PixelsPerRun = 1024;

    public static long Floats(in ConvolutionGeometry g) => (long)g.N * g.OutputBlocks * Lanes;

    public static void Run(WorkerPool pool, in ConvolutionGeometry g, float* dy, float* db, bool accumulate, float* workspace)
    {
        if (Simd.Level == SimdLevel.Vector512)
        {
            Run<V512>(pool, g, dy, db, accumulate, workspace);
        }
        else if (Simd.Level == SimdLevel.Vector256)
        {
            Run<V256>(pool, g, dy, db, accumulate, workspace);
        }
        else
        {
            Run<V1>(pool, g, dy, db, accumulate, workspace);
        }
    }

    private static void Run<TV>(
        WorkerPool pool, in ConvolutionGeometry g, float* dy, float* db, bool accumulate, float* workspace)
        where TV : unmanaged, ISimd<TV>
    {
        var planes = new PlaneJob<TV> { Dy = dy, Blocks = g.OutputBlocks, Pixels = (long)g.HOut * g.WOut, Sums = workspace };
        pool.Run(ref planes, g.N);
        var merge = new MergeJob { Sums = workspace, Images = g.N, Channels = g.O, Db = db, Accumulate = accumulate };
        pool.Run(ref merge, g.OutputBlocks);
    }

    // One item is one image: a sum per block.
    private struct PlaneJob<TV> : IParallelJob
        where TV : unmanaged, ISimd<TV>
    {
        public float* Dy;
        public int Blocks;
        public long Pixels;
        public float* Sums;

        public readonly void Run(int item, int worker)
        {
            double* total = stackalloc double[Lanes];
            float* run = stackalloc float[Lanes];
            for (int b = 0; b < Blocks; b++)
            {
                new Span<double>(total, Lanes).Clear();
                float* values = Dy + (((item * (long)Blocks) + b) * Pixels * Lanes);
                for (long p = 0; p < Pixels; p += PixelsPerRun)
                {
                    int count = (int)Math.Min(PixelsPerRun, Pixels - p);
                    for (int lane = 0; lane < Lanes; lane += TV.Count)
                    {
                        TV.Store(Sum(values + (p * Lanes) + lane, count), run + lane);
                    }

                    for (int lane = 0; lane < Lanes; lane++)
                    {
                        total[lane] += run[lane];
                    }
                }

                float* to = Sums + (((item * (long)Blocks) + b) * Lanes);
                for (int lane = 0; lane < Lanes; lane++)
                {
                    to[lane] = (float)total[lane];
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static TV Sum(float* values, int count)
        {
            TV s0 = TV.Zero, s1 = TV.Zero, s2 = TV.Zero, s3 = TV.Zero;
            int p = 0;
            for (; p + 4 <= count; p += 4, values += 4 * Lanes)
            {
                s0 += TV.Load(values);
                s1 += TV.Load(values + Lanes);
                s2 += TV.Load(values + (2 * Lanes));
                s3 += TV.Load(values + (3 * Lanes));
            }

            for (; p < count; p++, values += Lanes)
            {
                s0 += TV.Load(values);
            }

            return (s0 + s1) + (s2 + s3);
        }
    }

    private struct MergeJob : IParallelJob
    {
        public float* Sums;
        public int Images;
        public int Channels;
        public float* Db;
        public bool Accumulate;

        public readonly void Run(int item, int worker)
        {
            int blocks = ConvolutionGeometry.Blocks(Channels);
            for (int lane = 0; lane < Lanes; lane++)
            {
                int channel = (item * Lanes) + lane;
                double sum = Accumulate ? Db[channel] : 0;
                for (int n = 0; n < Images; n++)
                {
                    sum += Sums[(((n * (long)blocks) + item) * Lanes) + lane];
                }

                Db[channel] = channel < Channels ? (float)sum : 0f;
            }
        }
    }
}
