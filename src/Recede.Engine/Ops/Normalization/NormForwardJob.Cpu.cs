using System.Runtime.CompilerServices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>
/// A norm's forward pass, y = [relu](a_c * (x - mean_c) + b_c [+ residual]): one pass over x for the moments where nobody gave
/// them, one that writes y.
/// </summary>
/// <remarks>
/// Moments: a part's sums are taken about the mean K of its own first pixels: sum(x - K) and sum((x - K)^2). With n0 of n
/// pixels in K, the part's variance is at least about n0/n * (K - mean)^2, so little can cancel, whatever the data; the
/// parts are merged in double, in their order. The mean of data far from zero does not fit a float to the precision that
/// x - mean needs: what rounding took off goes into b.
/// </remarks>
internal unsafe struct NormForwardJob<TV, TScale> : IParallelJob
    where TV : unmanaged, ISimd<TV>
    where TScale : struct, IChannelScale
{
    /// <summary>Floats that a part of a block leaves: K, sum(x - K), sum((x - K)^2).</summary>
    public const int PartialFloats = 3 * Simd.Lanes;

    /// <summary>Floats that a block's merge leaves: mean, a, b.</summary>
    public const int CoefficientFloats = 3 * Simd.Lanes;

    private const int PixelsInK = 256;

    public NormCut Cut;
    public NormStages Stages;
    public float* X;
    public float* Scale;
    public float* Shift;
    public float* RunningMean;
    public float* RunningVariance;
    public float* Residual;
    public float* Moments;
    public float* Y;
    public float* Saved;
    public float* Partials;
    public float* Coefficients;
    public float Epsilon;
    public float Momentum;
    public bool Relu;

    /// <summary>What is written goes past the caches.</summary>
    public bool Streams;

    public readonly void Run(int item, int worker)
    {
        var part = item / Cut.Blocks;
        var block = item % Cut.Blocks;
        if ((Stages & NormStages.Reduce) != 0)
        {
            Reduce(block, part);
        }

        if ((Stages & NormStages.Merge) != 0)
        {
            Merge(block);
        }

        if ((Stages & NormStages.Write) != 0)
        {
            // From the end: what was read or written last is still near.
            Write(block, Cut.Parts - 1 - part);
        }
    }

    private readonly void Reduce(int block, int part)
    {
        var partial = Partials + (((long)block * Cut.Parts) + part) * PartialFloats;
        for (var lane = 0; lane < Simd.Lanes; lane += TV.Count)
        {
            var runs = Cut.Runs(block, part, PixelsInK);
            Sum(ref runs, TV.Zero, lane, out var first, out _);
            var k = first * TV.Broadcast(1f / Math.Min(PixelsInK, Cut.PixelsOf(part)));
            runs = Cut.Runs(block, part);
            Sum(ref runs, k, lane, out var sum, out var squares);
            TV.Store(k, partial + lane);
            TV.Store(sum, partial + Simd.Lanes + lane);
            TV.Store(squares, partial + (2 * Simd.Lanes) + lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Sum(ref PixelRuns runs, TV k, int lane, out TV sum, out TV squares)
    {
        sum = squares = TV.Zero;
        while (runs.MoveNext())
        {
            var x = X + runs.Offset + lane;
            var i = runs.Length;
            TV s0 = TV.Zero, s1 = TV.Zero, s2 = TV.Zero, s3 = TV.Zero;
            TV q0 = TV.Zero, q1 = TV.Zero, q2 = TV.Zero, q3 = TV.Zero;
            for (; i >= 4; i -= 4, x += 4 * Simd.Lanes)
            {
                var d0 = TV.Load(x) - k;
                var d1 = TV.Load(x + Simd.Lanes) - k;
                var d2 = TV.Load(x + (2 * Simd.Lanes)) - k;
                var d3 = TV.Load(x + (3 * Simd.Lanes)) - k;
                s0 += d0;
                s1 += d1;
                s2 += d2;
                s3 += d3;
                q0 = TV.Fma(d0, d0, q0);
                q1 = TV.Fma(d1, d1, q1);
                q2 = TV.Fma(d2, d2, q2);
                q3 = TV.Fma(d3, d3, q3);
            }

            for (; i > 0; i--, x += Simd.Lanes)
            {
                var d = TV.Load(x) - k;
                s0 += d;
                q0 = TV.Fma(d, d, q0);
            }

            sum += s0 + s1 + (s2 + s3);
            squares += q0 + q1 + (q2 + q3);
        }
    }

    [SkipLocalsInit]
    private readonly void Merge(int block)
    {
        var mean = stackalloc double[Simd.Lanes];
        var variance = stackalloc double[Simd.Lanes];
        var first = block * Simd.Lanes;
        if (Saved == null)
        {
            Widen(RunningMean + first, mean);
            Widen(RunningVariance + first, variance);
        }
        else if (Moments != null)
        {
            Widen(Moments + first, mean);
            Widen(Moments + Cut.PaddedChannels + first, variance);
        }
        else
        {
            MergeMoments(block, mean, variance);
        }

        var coefficients = Coefficients + ((long)block * CoefficientFloats);
        for (var lane = 0; lane < Simd.Lanes; lane++)
        {
            // A padding lane's zeros make y = 0 there: neither -mean nor the shift may show.
            float rounded = 0, rest = 0, rstd = 0, factor = 0, summand = 0;
            var channel = first + lane;
            if (channel < Cut.Channels)
            {
                rounded = (float)mean[lane];
                rest = (float)(mean[lane] - rounded);
                rstd = (float)(1 / Math.Sqrt(variance[lane] + Epsilon));
                NormCoefficients.Of<TScale>(Scale, Shift, channel, rest, rstd, out factor, out summand);
                if (Saved != null)
                {
                    Follow(channel, mean[lane], variance[lane]);
                }
            }

            coefficients[lane] = rounded;
            coefficients[Simd.Lanes + lane] = factor;
            coefficients[(2 * Simd.Lanes) + lane] = summand;
            if (Saved != null)
            {
                Saved[channel] = rounded;
                Saved[Cut.PaddedChannels + channel] = rest;
                Saved[(2 * Cut.PaddedChannels) + channel] = rstd;
            }
        }
    }

    // mean = sum(n_p * mean_p) / n; n * variance = sum(M2_p + n_p * (mean_p - mean)^2).
    private readonly void MergeMoments(int block, double* mean, double* variance)
    {
        var partials = Partials + ((long)block * Cut.Parts * PartialFloats);
        for (var lane = 0; lane < Simd.Lanes; lane++)
        {
            double sum = 0, squares = 0;
            for (var part = 0; part < Cut.Parts; part++)
            {
                var p = partials + ((long)part * PartialFloats) + lane;
                sum += (Cut.PixelsOf(part) * (double)p[0]) + p[Simd.Lanes];
            }

            mean[lane] = sum / Cut.Pixels;
            for (var part = 0; part < Cut.Parts; part++)
            {
                var p = partials + ((long)part * PartialFloats) + lane;
                double pixels = Cut.PixelsOf(part), off = p[Simd.Lanes] / pixels, between = p[0] + off - mean[lane];
                squares += Math.Max(0, p[2 * Simd.Lanes] - (pixels * off * off)) + (pixels * between * between);
            }

            variance[lane] = squares / Cut.Pixels;
        }
    }

    // Of a single value there is no unbiased variance; its biased one, 0, is taken.
    private readonly void Follow(int channel, double mean, double variance)
    {
        var unbiased = Cut.Pixels > 1 ? variance * ((double)Cut.Pixels / (Cut.Pixels - 1)) : variance;
        RunningMean[channel] = (float)(((1 - (double)Momentum) * RunningMean[channel]) + (Momentum * mean));
        RunningVariance[channel] = (float)(((1 - (double)Momentum) * RunningVariance[channel]) + (Momentum * unbiased));
    }

    private static void Widen(float* source, double* target)
    {
        for (var lane = 0; lane < Simd.Lanes; lane++)
        {
            target[lane] = source[lane];
        }
    }

    private readonly void Write(int block, int part)
    {
        for (var lane = 0; lane < Simd.Lanes; lane += TV.Count)
        {
            var coefficients = Coefficients + ((long)block * CoefficientFloats) + lane;
            var mean = TV.Load(coefficients);
            var a = TV.Load(coefficients + Simd.Lanes);
            var b = TV.Load(coefficients + (2 * Simd.Lanes));
            bool relu = Relu, streams = Streams;
            var runs = Cut.Runs(block, part);
            while (runs.MoveNext())
            {
                var x = X + runs.Offset + lane;
                var y = Y + runs.Offset + lane;
                var residual = Residual == null ? null : Residual + runs.Offset + lane;
                var i = runs.Length;
                for (; i >= 4; i -= 4, x += 4 * Simd.Lanes, y += 4 * Simd.Lanes)
                {
                    var y0 = TV.Fma(TV.Load(x) - mean, a, b);
                    var y1 = TV.Fma(TV.Load(x + Simd.Lanes) - mean, a, b);
                    var y2 = TV.Fma(TV.Load(x + (2 * Simd.Lanes)) - mean, a, b);
                    var y3 = TV.Fma(TV.Load(x + (3 * Simd.Lanes)) - mean, a, b);
                    if (residual != null)
                    {
                        y0 += TV.Load(residual);
                        y1 += TV.Load(residual + Simd.Lanes);
                        y2 += TV.Load(residual + (2 * Simd.Lanes));
                        y3 += TV.Load(residual + (3 * Simd.Lanes));
                        residual += 4 * Simd.Lanes;
                    }

                    if (relu)
                    {
                        y0 = Rectified(y0);
                        y1 = Rectified(y1);
                        y2 = Rectified(y2);
                        y3 = Rectified(y3);
                    }

                    if (streams)
                    {
                        TV.Stream(y0, y);
                        TV.Stream(y1, y + Simd.Lanes);
                        TV.Stream(y2, y + (2 * Simd.Lanes));
                        TV.Stream(y3, y + (3 * Simd.Lanes));
                    }
                    else
                    {
                        TV.Store(y0, y);
                        TV.Store(y1, y + Simd.Lanes);
                        TV.Store(y2, y + (2 * Simd.Lanes));
                        TV.Store(y3, y + (3 * Simd.Lanes));
                    }
                }

                for (; i > 0; i--, x += Simd.Lanes, y += Simd.Lanes)
                {
                    var value = TV.Fma(TV.Load(x) - mean, a, b);
                    if (residual != null)
                    {
                        value += TV.Load(residual);
                        residual += Simd.Lanes;
                    }

                    TV.Store(relu ? Rectified(value) : value, y);
                }
            }
        }
    }

    // A NaN stays one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV Rectified(TV value) => TV.AtLeast(value, TV.Zero);
}
