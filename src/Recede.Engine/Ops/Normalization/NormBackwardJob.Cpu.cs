using System.Runtime.CompilerServices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>
/// A norm's backward pass. With g = dy where the ReLU let through, else 0, xhat = (x - mean) * rstd and M values a
/// channel: dscale = slope * sum(g * xhat), dshift = sum(g), dresidual = g,
/// dx = a * (g - sum(g)/M - xhat * sum(g * xhat)/M). One pass for both sums, one that writes dx and dresidual, over x, dy and, where the mask
/// needs it, y.
/// </summary>
internal unsafe struct NormBackwardJob<TV, TScale, TMask> : IParallelJob
    where TV : unmanaged, ISimd<TV>
    where TScale : struct, IChannelScale
    where TMask : struct, INormMask
{
    /// <summary>Floats that a part of a block leaves: sum(g), sum(g * (x - mean)).</summary>
    public const int PartialFloats = 2 * Simd.Lanes;

    /// <summary>Floats of a block's coefficients: a and b of the forward pass, and the factors of 1 and of x - mean that g loses.</summary>
    public const int CoefficientFloats = 4 * Simd.Lanes;

    public NormCut Cut;
    public NormStages Stages;
    public float* X;
    public float* Scale;
    public float* Shift;
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

    /// <summary>What is written goes past the caches.</summary>
    public bool Streams;

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

    /// <summary>Forms the forward pass's coefficients again, for all channels.</summary>
    public readonly void Prepare()
    {
        for (var channel = 0; channel < Cut.PaddedChannels; channel++)
        {
            float a = 0, b = 0;
            if (channel < Cut.Channels)
            {
                NormCoefficients.Of<TScale>(
                    Scale, Shift, channel, Saved[Cut.PaddedChannels + channel], Saved[(2 * Cut.PaddedChannels) + channel], out a, out b);
            }

            var coefficients = Coefficients + ((long)(channel / Simd.Lanes) * CoefficientFloats) + (channel % Simd.Lanes);
            coefficients[0] = a;
            coefficients[Simd.Lanes] = b;
        }
    }

    // The mean of a channel, and the factor and the summand of its differences from it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Load(int block, int lane, out TV mean, out TV a, out TV b)
    {
        var coefficients = Coefficients + ((long)block * CoefficientFloats) + lane;
        mean = TV.Load(Saved + (block * Simd.Lanes) + lane);
        a = TV.Load(coefficients);
        b = TV.Load(coefficients + Simd.Lanes);
    }

    private static void Put(float* gradient, bool adds, int channel, double value) =>
        gradient[channel] = adds ? (float)(gradient[channel] + value) : (float)value;

    private readonly void Reduce(int block, int part)
    {
        var partial = Partials + (((long)block * Cut.Parts) + part) * PartialFloats;
        for (var lane = 0; lane < Simd.Lanes; lane += TV.Count)
        {
            Load(block, lane, out var mean, out var a, out var b);
            TV sum = TV.Zero, dot = TV.Zero;
            var runs = Cut.Runs(block, part);
            while (runs.MoveNext())
            {
                var start = runs.Offset + lane;
                var x = X + start;
                var dy = Dy + start;
                var y = Y + start;
                TV s0 = TV.Zero, s1 = TV.Zero, q0 = TV.Zero, q1 = TV.Zero;
                long at = 0, end = (long)runs.Length * Simd.Lanes;
                for (; at + Simd.Lanes < end; at += 2 * Simd.Lanes)
                {
                    var d0 = TV.Load(x + at) - mean;
                    var d1 = TV.Load(x + at + Simd.Lanes) - mean;
                    var g0 = TMask.Apply(TV.Load(dy + at), d0, a, b, y + at);
                    var g1 = TMask.Apply(TV.Load(dy + at + Simd.Lanes), d1, a, b, y + at + Simd.Lanes);
                    s0 += g0;
                    s1 += g1;
                    q0 = TV.Fma(g0, d0, q0);
                    q1 = TV.Fma(g1, d1, q1);
                }

                if (at < end)
                {
                    var d = TV.Load(x + at) - mean;
                    var g = TMask.Apply(TV.Load(dy + at), d, a, b, y + at);
                    s0 += g;
                    q0 = TV.Fma(g, d, q0);
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
            double perOne = 0, perX = 0, dScale = 0, dShift = 0;
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
                dScale = TScale.Slope(Scale[channel]) * dot;
                dShift = sum;
            }

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
            Load(block, lane, out var mean, out var a, out var b);
            TV perOne = TV.Zero, perX = TV.Zero;
            if (Dx != null)
            {
                var coefficients = Coefficients + ((long)block * CoefficientFloats) + lane;
                perOne = TV.Load(coefficients + (2 * Simd.Lanes));
                perX = TV.Load(coefficients + (3 * Simd.Lanes));
            }

            bool addsToDx = AddsToDx, addsToDResidual = AddsToDResidual, streams = Streams;
            var runs = Cut.Runs(block, part);
            while (runs.MoveNext())
            {
                var start = runs.Offset + lane;
                var x = X + start;
                var dy = Dy + start;
                var y = Y + start;
                var dx = Dx == null ? null : Dx + start;
                var dResidual = DResidual == null ? null : DResidual + start;
                var end = (long)runs.Length * Simd.Lanes;
                for (long at = 0; at < end; at += Simd.Lanes)
                {
                    var d = TV.Load(x + at) - mean;
                    var g = TMask.Apply(TV.Load(dy + at), d, a, b, y + at);
                    if (dx != null)
                    {
                        var value = a * (g - perOne - (d * perX));
                        if (streams && !addsToDx)
                        {
                            TV.Stream(value, dx + at);
                        }
                        else
                        {
                            TV.Store(addsToDx ? TV.Load(dx + at) + value : value, dx + at);
                        }
                    }

                    // Read after dx was written: x may be its own residual.
                    if (dResidual != null)
                    {
                        if (streams && !addsToDResidual)
                        {
                            TV.Stream(g, dResidual + at);
                        }
                        else
                        {
                            TV.Store(addsToDResidual ? TV.Load(dResidual + at) + g : g, dResidual + at);
                        }
                    }
                }
            }
        }
    }
}
