using System.Runtime.CompilerServices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>
/// A norm's backward pass. With g = dy where the ReLU let through (y &gt; 0), else 0, xhat = (x - mean) * rstd and M values a
/// channel: dscale = slope * sum(g * xhat), dshift = sum(g), dresidual = g,
/// dx = a * (g - sum(g)/M - xhat * sum(g * xhat)/M). One pass over x, dy and y for both sums, one that writes dx and dresidual.
/// </summary>
internal unsafe struct NormBackwardJob<TV, TScale> : IParallelJob
    where TV : unmanaged, ISimd<TV>
    where TScale : struct, IChannelScale
{
    /// <summary>Floats that a part of a block leaves: sum(g), sum(g * (x - mean)).</summary>
    public const int PartialFloats = 2 * Simd.Lanes;

    /// <summary>Floats that a block's merge leaves: mean, a, and the factors of 1 and of x - mean that g loses.</summary>
    public const int CoefficientFloats = 4 * Simd.Lanes;

    public NormCut Cut;
    public NormStages Stages;
    public float* X;
    public float* Scale;
    public float* Saved;
    public float* Y;
    public float* Dy;
    public float* Dx;
    public float* DScale;
    public float* DShift;
    public float* DResidual;
    public float* Partials;
    public float* Coefficients;
    public bool AddsToDx;
    public bool AddsToDScale;
    public bool AddsToDShift;
    public bool AddsToDResidual;

    public readonly void Run(int item, int worker)
    {
        var part = item / Cut.Blocks;
        var block = item % Cut.Blocks;
        if ((Stages & NormStages.Reduce) != 0)
        {
            // From the end, and the pass that writes from the start: what was read last is still near.
            Reduce(block, Cut.Parts - 1 - part);
        }

        if ((Stages & NormStages.Merge) != 0)
        {
            Merge(block);
        }

        if ((Stages & NormStages.Write) != 0)
        {
            Write(block, part);
        }
    }

    // dy where the ReLU let through; y is null where there was none.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TV Masked(float* dy, float* y, long at) =>
        y == null ? TV.Load(dy + at) : TV.SelectGreater(TV.Load(y + at), TV.Zero, TV.Load(dy + at), TV.Zero);

    private static void Put(float* gradient, bool adds, int channel, double value) =>
        gradient[channel] = adds ? (float)(gradient[channel] + value) : (float)value;

    private readonly void Reduce(int block, int part)
    {
        var partial = Partials + (((long)block * Cut.Parts) + part) * PartialFloats;
        for (var lane = 0; lane < Simd.Lanes; lane += TV.Count)
        {
            var mean = TV.Load(Saved + (block * Simd.Lanes) + lane);
            TV sum = TV.Zero, dot = TV.Zero;
            var runs = Cut.Runs(block, part);
            while (runs.MoveNext())
            {
                var start = runs.Offset + lane;
                var x = X + start;
                var dy = Dy + start;
                var y = Y == null ? null : Y + start;
                TV s0 = TV.Zero, s1 = TV.Zero, q0 = TV.Zero, q1 = TV.Zero;
                long at = 0, end = (long)runs.Length * Simd.Lanes;
                for (; at + Simd.Lanes < end; at += 2 * Simd.Lanes)
                {
                    var g0 = Masked(dy, y, at);
                    var g1 = Masked(dy, y, at + Simd.Lanes);
                    s0 += g0;
                    s1 += g1;
                    q0 = TV.Fma(g0, TV.Load(x + at) - mean, q0);
                    q1 = TV.Fma(g1, TV.Load(x + at + Simd.Lanes) - mean, q1);
                }

                if (at < end)
                {
                    var g = Masked(dy, y, at);
                    s0 += g;
                    q0 = TV.Fma(g, TV.Load(x + at) - mean, q0);
                }

                sum += s0 + s1;
                dot += q0 + q1;
            }

            TV.Store(sum, partial + lane);
            TV.Store(dot, partial + Simd.Lanes + lane);
        }
    }

    private readonly void Merge(int block)
    {
        var partials = Partials + ((long)block * Cut.Parts * PartialFloats);
        var coefficients = Coefficients + ((long)block * CoefficientFloats);
        for (var lane = 0; lane < Simd.Lanes; lane++)
        {
            var channel = (block * Simd.Lanes) + lane;
            double a = 0, perOne = 0, perX = 0, dScale = 0, dShift = 0;
            if (channel < Cut.Channels)
            {
                double sum = 0, dot = 0;
                for (var part = 0; part < Cut.Parts; part++)
                {
                    var p = partials + ((long)part * PartialFloats) + lane;
                    sum += p[0];
                    dot += p[Simd.Lanes];
                }

                double rest = Saved[Cut.PaddedChannels + channel], rstd = Saved[(2 * Cut.PaddedChannels) + channel];
                dot = rstd * (dot - (rest * sum));
                perX = rstd * dot / Cut.Pixels;
                perOne = (sum / Cut.Pixels) - (rest * perX);
                a = TScale.Value(Scale[channel]) * rstd;
                dScale = TScale.Slope(Scale[channel]) * dot;
                dShift = sum;
            }

            coefficients[lane] = Saved[channel];
            coefficients[Simd.Lanes + lane] = (float)a;
            coefficients[(2 * Simd.Lanes) + lane] = (float)perOne;
            coefficients[(3 * Simd.Lanes) + lane] = (float)perX;
            if (DScale != null)
            {
                Put(DScale, AddsToDScale, channel, dScale);
            }

            if (DShift != null)
            {
                Put(DShift, AddsToDShift, channel, dShift);
            }
        }
    }

    private readonly void Write(int block, int part)
    {
        for (var lane = 0; lane < Simd.Lanes; lane += TV.Count)
        {
            TV mean = TV.Zero, a = TV.Zero, perOne = TV.Zero, perX = TV.Zero;
            if (Dx != null)
            {
                var coefficients = Coefficients + ((long)block * CoefficientFloats) + lane;
                mean = TV.Load(coefficients);
                a = TV.Load(coefficients + Simd.Lanes);
                perOne = TV.Load(coefficients + (2 * Simd.Lanes));
                perX = TV.Load(coefficients + (3 * Simd.Lanes));
            }

            bool addsToDx = AddsToDx, addsToDResidual = AddsToDResidual;
            var runs = Cut.Runs(block, part);
            while (runs.MoveNext())
            {
                var start = runs.Offset + lane;
                var x = X + start;
                var dy = Dy + start;
                var y = Y == null ? null : Y + start;
                var dx = Dx == null ? null : Dx + start;
                var dResidual = DResidual == null ? null : DResidual + start;
                var end = (long)runs.Length * Simd.Lanes;
                for (long at = 0; at < end; at += Simd.Lanes)
                {
                    var g = Masked(dy, y, at);
                    if (dx != null)
                    {
                        var d = TV.Load(x + at) - mean;
                        var value = a * (g - perOne - (d * perX));
                        TV.Store(addsToDx ? TV.Load(dx + at) + value : value, dx + at);
                    }

                    // Read after dx was written: x may be its own residual.
                    if (dResidual != null)
                    {
                        TV.Store(addsToDResidual ? TV.Load(dResidual + at) + g : g, dResidual + at);
                    }
                }
            }
        }
    }
}
