using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// Mean and biased variance of each channel over pixels, in two stages: each work item takes the mean and the sum of
/// squared differences from that mean of its own pixels, in two passes; these are merged in order, in double precision
/// (Chan, Golub, LeVeque 1979). E[x^2] - E[x]^2 would lose everything where the mean is large.
/// </summary>
internal static unsafe class ChannelMoments
{
    private const int Lanes = Simd.Lanes;

    /// <summary>
    /// Of <paramref name="count"/> pixels of one block: mean[16], then the sum of squared differences[16]. The bias, if any,
    /// is taken as added to every value.
    /// </summary>
    public static void OfPixels<TV>(float* values, int count, float* bias, float* result)
        where TV : unmanaged, ISimd<TV>
    {
        for (int lane = 0; lane < Lanes; lane += TV.Count)
        {
            TV first = TV.Load(values + lane);
            TV mean = first + (Sum<TV>(values + lane, count, first, out _) / TV.Broadcast(count));
            Sum(values + lane, count, mean, out TV squares);
            TV.Store(bias == null ? mean : mean + TV.Load(bias + lane), result + lane);
            TV.Store(squares, result + Lanes + lane);
        }
    }

    /// <summary>
    /// Merges partial moments [part][block][mean, squares][16] into mean[channels], variance[channels], both padded to 16.
    /// </summary>
    public static void Merge(WorkerPool pool, PixelParts pixels, int channels, float* parts, float* moments)
    {
        var job = new MergeJob { Pixels = pixels, Channels = channels, Parts = parts, Moments = moments };
        pool.Run(ref job, ConvolutionGeometry.Blocks(channels));
    }

    /// <summary>The scratch of <see cref="OfTensor"/>, in floats.</summary>
    public static long TensorFloats(int images, int channels) => (long)images * ConvolutionGeometry.Blocks(channels) * 2 * Lanes;

    /// <summary>The moments of a whole tensor [N, H, W, C].</summary>
    public static void OfTensor(WorkerPool pool, float* y, int images, int height, int width, int channels, float* moments, float* workspace)
    {
        if (Simd.Level == SimdLevel.Vector512)
        {
            OfPlanes<V512>(pool, y, images, height * width, channels, workspace);
        }
        else if (Simd.Level == SimdLevel.Vector256)
        {
            OfPlanes<V256>(pool, y, images, height * width, channels, workspace);
        }
        else
        {
            OfPlanes<V1>(pool, y, images, height * width, channels, workspace);
        }

        Merge(pool, new PixelParts(images, height, width, 1, height), channels, workspace, moments);
    }

    private static void OfPlanes<TV>(WorkerPool pool, float* y, int images, int pixels, int channels, float* workspace)
        where TV : unmanaged, ISimd<TV>
    {
        var job = new PlaneJob<TV> { Y = y, Pixels = pixels, Parts = workspace };
        pool.Run(ref job, images * ConvolutionGeometry.Blocks(channels));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TV Sum<TV>(float* values, int count, TV shift, out TV squares)
        where TV : unmanaged, ISimd<TV>
    {
        TV s0 = TV.Zero, s1 = TV.Zero, s2 = TV.Zero, s3 = TV.Zero;
        TV q0 = TV.Zero, q1 = TV.Zero, q2 = TV.Zero, q3 = TV.Zero;
        int p = 0;
        for (; p + 4 <= count; p += 4, values += 4 * Lanes)
        {
            TV d0 = TV.Load(values) - shift;
            TV d1 = TV.Load(values + Lanes) - shift;
            TV d2 = TV.Load(values + (2 * Lanes)) - shift;
            TV d3 = TV.Load(values + (3 * Lanes)) - shift;
            s0 += d0;
            s1 += d1;
            s2 += d2;
            s3 += d3;
            q0 = TV.Fma(d0, d0, q0);
            q1 = TV.Fma(d1, d1, q1);
            q2 = TV.Fma(d2, d2, q2);
            q3 = TV.Fma(d3, d3, q3);
        }

        for (; p < count; p++, values += Lanes)
        {
            TV d = TV.Load(values) - shift;
            s0 += d;
            q0 = TV.Fma(d, d, q0);
        }

        squares = (q0 + q1) + (q2 + q3);
        return (s0 + s1) + (s2 + s3);
    }

    // One item is one block of one image.
    private struct PlaneJob<TV> : IParallelJob
        where TV : unmanaged, ISimd<TV>
    {
        public float* Y;
        public int Pixels;
        public float* Parts;

        public readonly void Run(int item, int worker)
            => OfPixels<TV>(Y + ((nint)item * Pixels * Lanes), Pixels, null, Parts + (item * 2 * Lanes));
    }

    // One item is one block of channels.
    private struct MergeJob : IParallelJob
    {
        public PixelParts Pixels;
        public int Channels;
        public float* Parts;
        public float* Moments;

        public readonly void Run(int item, int worker)
        {
            int blocks = ConvolutionGeometry.Blocks(Channels);
            for (int lane = 0; lane < Lanes; lane++)
            {
                int channel = (item * Lanes) + lane;
                double count = 0;
                double mean = 0;
                double squares = 0;
                for (int part = 0; part < Pixels.Count && channel < Channels; part++)
                {
                    Pixels.Locate(part, out _, out int images, out _, out int rows);
                    double partCount = (double)images * rows * Pixels.Width;
                    float* values = Parts + ((((nint)part * blocks) + item) * 2 * Lanes) + lane;
                    double delta = values[0] - mean;
                    double total = count + partCount;
                    mean += delta * (partCount / total);
                    squares += values[Lanes] + (delta * delta * (count * partCount / total));
                    count = total;
                }

                Moments[channel] = (float)mean;
                Moments[(blocks * Lanes) + channel] = count > 0 ? (float)(squares / count) : 0f;
            }
        }
    }
}
