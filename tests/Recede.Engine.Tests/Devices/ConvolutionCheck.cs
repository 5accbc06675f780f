using Recede.Engine.Devices.Cpu;
using Recede.Engine.Devices.Cpu.Winograd;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Devices;

/// <summary>One shape of convolution against double-precision loops, in every direction.</summary>
internal static class ConvolutionCheck
{
    private static readonly WorkerPool Pool = new(2);

    /// <summary>Every way that a convolution of this shape can go, with and without bias, residual, ReLU and accumulation.</summary>
    public static void Run(in ConvolutionGeometry g)
    {
        using var run = new ConvolutionRun(g);
        int pixels = g.N * g.HOut * g.WOut;
        double[] dx = ConvolutionOracle.BackwardData(g, run.Dy, run.W);
        double[] dw = ConvolutionOracle.BackwardFilter(g, run.X, run.Dy);
        var db = new double[g.O];
        for (int i = 0; i < run.Dy.Length; i++)
        {
            db[i % g.O] += run.Dy[i];
        }

        foreach (WinogradTiles tiles in Ways(g))
        {
            run.Tiles = tiles;
            foreach (bool withBias in new[] { false, true })
            {
                float[] y = run.Forward(Pool, withBias, out float[] mean, out float[] variance);
                double[] expected = ConvolutionOracle.Forward(g, run.X, run.W, withBias ? run.Bias : null);
                AssertClose("y", tiles, y, expected, null, g.FilterChannels * g.Taps);
                AssertMoments(expected, g.O, mean, variance);
            }

            CheckEpilogue(g, tiles, run);
            foreach (bool accumulate in new[] { false, true })
            {
                AssertClose("dx", tiles, run.BackwardData(Pool, accumulate), dx, accumulate ? run.Dx0 : null, g.O * g.Taps);
                AssertClose("dw", tiles, run.BackwardFilter(Pool, accumulate), dw, accumulate ? run.Dw0 : null, pixels);
                AssertClose("db", tiles, run.BackwardBias(Pool, accumulate), db, accumulate ? run.Db0 : null, pixels);
            }
        }
    }

    private static void CheckEpilogue(in ConvolutionGeometry g, WinogradTiles tiles, ConvolutionRun run)
    {
        double[] expected = ConvolutionOracle.Forward(g, run.X, run.W, run.Bias);
        double[] rectified = Array.ConvertAll(expected, v => Math.Max(v, 0));
        AssertClose("relu(y)", tiles, run.Fused(Pool, true, false, false, true), rectified, null, g.FilterChannels * g.Taps);
        foreach (bool inPlace in new[] { false, true })
        {
            float[] y = run.Fused(Pool, true, true, inPlace, relu: false);
            AssertClose("y + residual", tiles, y, expected, run.Dy, g.FilterChannels * g.Taps);
            Assert.That(
                run.Fused(Pool, true, true, inPlace, relu: true),
                Is.EqualTo(Array.ConvertAll(y, v => Math.Max(v, 0f))),
                "the ReLU comes after the residual");
        }
    }

    // Directly, and with tiles of either size where they are possible. What is chosen by shape is one of these.
    private static WinogradTiles[] Ways(in ConvolutionGeometry g)
        => g is { KH: 3, KW: 3, StrideH: 1, StrideW: 1, DilationH: 1, DilationW: 1, Groups: 1 }
            ? [WinogradTiles.Off, WinogradTiles.F2, WinogradTiles.F4]
            : [WinogradTiles.Off];

    // A sum of k products of values in [-1, 1] is of size sqrt(k / 9); each addition may err by half a unit of that. The values of
    // F(4, 3) in between are larger than what they come from, and cancel again (docs/convolution.md).
    private static void AssertClose(string what, WinogradTiles tiles, float[] actual, double[] expected, float[]? before, int terms)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        double allowance = 1e-6 * (1 + Math.Sqrt(terms)) * (tiles == WinogradTiles.F4 ? 24 : 4);
        for (int i = 0; i < actual.Length; i++)
        {
            double want = expected[i] + (before == null ? 0 : before[i]);
            if (!(Math.Abs(actual[i] - want) <= allowance))
            {
                Assert.Fail($"{what}[{i}], tiles {tiles}: expected {want}, got {actual[i]}, allowance {allowance}");
            }
        }
    }

    private static void AssertMoments(double[] y, int channels, float[] mean, float[] variance)
    {
        int count = y.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            double m = 0;
            double v = 0;
            for (int i = c; i < y.Length; i += channels)
            {
                m += y[i] / count;
            }

            for (int i = c; i < y.Length; i += channels)
            {
                v += (y[i] - m) * (y[i] - m) / count;
            }

            Assert.That(mean[c], Is.EqualTo(m).Within(1e-5 * (1 + Math.Abs(m))), $"mean[{c}]");
            Assert.That(variance[c], Is.EqualTo(v).Within(1e-5 * (1 + v)), $"variance[{c}]");
        }
    }
}
