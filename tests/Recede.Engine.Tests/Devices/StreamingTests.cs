using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Devices.Cpu.Winograd;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Ops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Devices;

/// <summary>Results that are written past the caches are those that are written into them.</summary>
[Category(InstructionSets.Category)]
internal sealed class StreamingTests
{
    private static readonly WorkerPool Pool = new(2);

    [OneTimeTearDown]
    public void End() => Pool.Dispose();

    [TestCase(3, 9, 20, 35, 3, 1, 1, WinogradTiles.F4)]
    [TestCase(3, 9, 20, 35, 3, 1, 1, WinogradTiles.F2)]
    [TestCase(3, 9, 20, 35, 3, 1, 1, WinogradTiles.Off)]
    [TestCase(2, 10, 5, 17, 3, 2, 1, WinogradTiles.Off)]
    [TestCase(2, 10, 6, 12, 3, 1, 3, WinogradTiles.Off)]
    [TestCase(2, 10, 20, 20, 3, 1, 20, WinogradTiles.Off)]
    public void A_convolution_that_streams_has_the_same_bits(int n, int size, int c, int o, int kernel, int stride, int groups, WinogradTiles tiles)
    {
        int pad = kernel / 2;
        var g = new ConvolutionGeometry(n, size, size, c, o, kernel, kernel, stride, stride, pad, pad, Groups: groups, Tiles: tiles);
        using var run = new ConvolutionRun(g);
        List<float[]>? expected = null;
        foreach (bool streams in new[] { false, true })
        {
            run.Streams = streams;
            var results = new List<float[]>
            {
                run.Forward(Pool, true, out float[] mean, out float[] variance),
                mean,
                variance,
                run.Fused(Pool, true, true, false, true),
                run.Fused(Pool, true, true, true, false),
                run.BackwardData(Pool, false),
                run.BackwardData(Pool, true),
            };
            expected ??= results;
            Assert.That(results, Is.EqualTo(expected));
        }
    }

    [TestCase(false, false)]
    [TestCase(true, false)]
    [TestCase(true, true)]
    public void A_norm_on_a_tape_that_has_held_much_has_the_same_bits(bool relu, bool withResidual)
    {
        var shape = new Shape(3, 5, 7, 21);
        var random = new Random(4);
        float[] x = Draw(random, (int)shape.Count), dy = Draw(random, (int)shape.Count), w = Draw(random, shape.C);
        float[]? residual = withResidual ? Draw(random, (int)shape.Count) : null;
        List<float[]>? expected = null;
        foreach (long held in new[] { 0L, 100L << 20 })
        {
            using NormRun norm = NormRun.Bounded(Device.Cpu(2), shape, w);
            norm.Held = held;
            norm.Train(x, dy, new NormArguments(1e-5f, 0.1f, relu), residual);
            var results = new List<float[]> { norm.Y, norm.Dx, norm.DScale, norm.DResidual };
            expected ??= results;
            Assert.That(results, Is.EqualTo(expected));
        }
    }

    private static float[] Draw(Random random, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)((random.NextDouble() * 4) - 2);
        }

        return values;
    }
}
