using Recede.Engine.Devices.Cpu;
using Recede.Engine.Devices.Cpu.Winograd;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Devices;

/// <summary>Every direction of the CPU's convolution against double-precision loops.</summary>
internal sealed class ConvolutionKernelTests
{
    private static readonly WorkerPool Pool = new(2);

    private static IEnumerable<ConvolutionGeometry> Kernels()
    {
        foreach (int kernel in new[] { 1, 2, 3, 5, 7 })
        {
            foreach (int stride in new[] { 1, 2, 3 })
            {
                foreach (int pad in new[] { 0, 1, 3 })
                {
                    foreach (int dilation in new[] { 1, 2 })
                    {
                        yield return Square(2, 13, 7, 17, kernel, stride, pad, dilation);
                    }
                }
            }
        }
    }

    private static IEnumerable<ConvolutionGeometry> Channels()
    {
        int[] channels = [1, 3, 7, 16, 31, 37, 64];
        foreach (int c in channels)
        {
            foreach (int o in channels)
            {
                yield return Square(2, 5, c, o, 3, 1, 1, 1);
            }
        }
    }

    private static IEnumerable<ConvolutionGeometry> Sizes()
    {
        for (int size = 1; size <= 17; size++)
        {
            yield return Square(3, size, 5, 33, 3, 1, 1, 1);
            yield return Square(1, size, 16, 16, 3, 2, 1, 1);
            yield return Square(5, size, 17, 3, 1, 2, 0, 1);
        }

        yield return Square(2, 32, 16, 16, 3, 1, 1, 1);
        yield return Square(9, 32, 3, 20, 3, 1, 1, 1);
        yield return Square(1, 57, 40, 40, 3, 1, 1, 1);
        yield return Square(1, 70, 3, 5, 7, 2, 3, 1);
        yield return Square(40, 4, 48, 70, 3, 1, 1, 1);
        yield return Square(70, 2, 100, 35, 3, 1, 1, 1);
        yield return Square(300, 1, 50, 10, 1, 1, 0, 1);
        yield return Square(1, 1, 300, 200, 1, 1, 0, 1);
        yield return Square(2, 3, 150, 150, 3, 1, 1, 1);
    }

    // So many groups of tiles that none shares its input, and more output blocks than one pass holds: with tiles of 4 each item transforms
    // its own filters, with those of 2 all share them. Forward, and in the data gradient.
    private static IEnumerable<ConvolutionGeometry> Passes()
    {
        yield return Square(8, 36, 1, 65, 3, 1, 1, 1);
        yield return Square(8, 36, 65, 1, 3, 1, 1, 1);
    }

    // Many small images and small filters: groups of tiles are cut smaller, share their transformed filters, and the last has fewer images;
    // the parts of the filter gradient likewise.
    private static IEnumerable<ConvolutionGeometry> SmallItems()
    {
        yield return Square(43, 8, 35, 37, 3, 1, 1, 1);
        yield return Square(19, 16, 20, 20, 3, 1, 1, 1);
        yield return Square(37, 5, 40, 50, 3, 1, 1, 1);
    }

    private static IEnumerable<ConvolutionGeometry> Odd()
    {
        yield return new ConvolutionGeometry(2, 7, 11, 5, 6, 2, 3, 2, 1, 0, 2, 1, 2);
        yield return new ConvolutionGeometry(1, 4, 9, 20, 18, 3, 1, 1, 3, 4, 0);
        yield return new ConvolutionGeometry(2, 9, 8, 4, 4, 3, 3, 1, 1, -1, -2);
        yield return new ConvolutionGeometry(2, 9, 8, 4, 4, 3, 3, 2, 2, 2, -1);
        yield return new ConvolutionGeometry(1, 3, 3, 3, 3, 1, 1, 1, 1, 5, 4);
        yield return new ConvolutionGeometry(1, 6, 6, 3, 3, 2, 2, 4, 5, 1, 0);
        yield return new ConvolutionGeometry(2, 8, 8, 3, 4, 3, 3, 2, 2, 1, 1, 2, 4);
        yield return new ConvolutionGeometry(2, 12, 9, 3, 4, 3, 3, 6, 4, 1, 1, 4, 6);
        yield return new ConvolutionGeometry(2, 5, 1, 3, 40, 3, 3, 1, 1, 1, 1);
        yield return new ConvolutionGeometry(0, 5, 5, 3, 40, 3, 3, 1, 1, 1, 1);
        yield return new ConvolutionGeometry(2, 2, 2, 3, 4, 5, 5);
        yield return new ConvolutionGeometry(1, 1, 300, 20, 40, 1, 1);
        yield return new ConvolutionGeometry(1, 2, 300, 3, 4, 3, 3, 1, 1, 1, 1);
        yield return new ConvolutionGeometry(0, 5, 5, 6, 6, 3, 3, Groups: 6);
        yield return new ConvolutionGeometry(0, 5, 5, 6, 6, 3, 3, Groups: 2);
    }

    private static IEnumerable<ConvolutionGeometry> Groups()
    {
        yield return Square(2, 6, 4, 4, 3, 1, 1, 1) with { Groups = 2 };
        yield return Square(2, 7, 32, 64, 3, 1, 1, 1) with { Groups = 2 };
        yield return Square(1, 7, 32, 32, 3, 2, 1, 1) with { Groups = 8 };
        yield return Square(2, 5, 12, 30, 3, 1, 2, 2) with { Groups = 6 };
        yield return Square(2, 5, 6, 12, 3, 1, 1, 1) with { Groups = 6 };
        yield return Square(3, 5, 51, 34, 1, 1, 0, 1) with { Groups = 17 };
        foreach (int channels in new[] { 2, 3, 16, 31, 37, 130 })
        {
            foreach (int stride in new[] { 1, 2, 3 })
            {
                yield return Square(2, 9, channels, channels, 3, stride, 1, 1) with { Groups = channels };
            }

            yield return Square(5, 6, channels, channels, 5, 2, 2, 2) with { Groups = channels };
            yield return Square(1, 8, channels, channels, 1, 3, 0, 1) with { Groups = channels };
        }

        yield return Square(1, 90, 3, 3, 3, 1, 1, 1) with { Groups = 3 };
        yield return new ConvolutionGeometry(2, 9, 8, 4, 4, 3, 3, 2, 2, 2, -1, Groups: 4);
    }

    [TestCaseSource(nameof(Kernels))]
    public void Kernels_strides_paddings_dilations(ConvolutionGeometry g) => ConvolutionCheck.Run(g);

    [TestCaseSource(nameof(Channels))]
    [Category(InstructionSets.Category)]
    public void Channel_counts(ConvolutionGeometry g) => ConvolutionCheck.Run(g);

    [TestCaseSource(nameof(Sizes))]
    public void Image_sizes(ConvolutionGeometry g) => ConvolutionCheck.Run(g);

    [TestCaseSource(nameof(Passes))]
    [Category(InstructionSets.Category)]
    public void Passes_over_output_blocks(ConvolutionGeometry g) => ConvolutionCheck.Run(g);

    [TestCaseSource(nameof(SmallItems))]
    [Category(InstructionSets.Category)]
    public void Small_items(ConvolutionGeometry g) => ConvolutionCheck.Run(g);

    [TestCaseSource(nameof(Odd))]
    [Category(InstructionSets.Category)]
    public void Unequal_axes_crops_and_empty_results(ConvolutionGeometry g) => ConvolutionCheck.Run(g);

    [TestCaseSource(nameof(Groups))]
    [Category(InstructionSets.Category)]
    public void Groups_down_to_depthwise(ConvolutionGeometry g) => ConvolutionCheck.Run(g);

    [Test]
    public void Random_geometries([Range(1, 150)] int seed)
    {
        var random = new Random(seed);
        int Pick(params int[] from) => from[random.Next(from.Length)];
        var g = new ConvolutionGeometry(
            Pick(1, 1, 2, 3, 5),
            random.Next(1, 18),
            random.Next(1, 18),
            Pick(1, 2, 3, 7, 15, 16, 17, 31, 32, 33),
            Pick(1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 48, 50, 64),
            Pick(1, 1, 2, 3, 3, 4, 5),
            Pick(1, 1, 2, 3, 3, 4, 5),
            random.Next(1, 4),
            random.Next(1, 4),
            random.Next(-1, 4),
            random.Next(-1, 4),
            random.Next(1, 4),
            random.Next(1, 4));
        ConvolutionCheck.Run(g);
    }

    [TestCase(1, WinogradTiles.Off)]
    [TestCase(3, WinogradTiles.F2)]
    [TestCase(3, WinogradTiles.F4)]
    public void Moments_survive_a_large_mean(int kernel, WinogradTiles tiles)
    {
        // Values near 1000 with a spread of 1: E[x^2] - E[x]^2 in single precision would have no correct digit.
        var g = new ConvolutionGeometry(4, 16, 16, 1, 1, kernel, kernel, Tiles: tiles);
        using var run = new ConvolutionRun(g, 3, 31.6f);
        float[] y = run.Forward(Pool, false, out float[] mean, out float[] variance);
        double exact = y.Average(v => (double)v);
        double spread = y.Average(v => (v - exact) * (v - exact));
        Assert.That(mean[0], Is.EqualTo(exact).Within(1e-6 * exact));
        Assert.That(variance[0], Is.EqualTo(spread).Within(1e-4 * spread));
    }

    [TestCase(3, 20, 35, 3, 1)]
    [TestCase(6, 20, 20, 3, 20)]
    [TestCase(4, 6, 10, 1, 2)]
    [Category(InstructionSets.Category)]
    public void A_relu_hides_no_nan(int size, int c, int o, int kernel, int groups)
    {
        ConvolutionGeometry g = Square(2, size, c, o, kernel, 1, kernel / 2, 1) with { Groups = groups };
        using var run = new ConvolutionRun(g, shift: float.NaN);
        Assert.That(run.Fused(Pool, true, true, false, relu: true), Is.All.NaN);
    }

    [TestCase(WinogradTiles.Off)]
    [TestCase(WinogradTiles.F2)]
    [TestCase(WinogradTiles.F4)]
    public void Padding_stays_zero_where_a_value_is_not_finite(WinogradTiles tiles)
    {
        ConvolutionGeometry g = Square(2, 9, 5, 7, 3, 1, 1, 1) with { Tiles = tiles };
        using var run = new ConvolutionRun(g, infinite: true);

        // Reading a result asserts that its padding is zero.
        Assert.That(run.Forward(Pool, true, out _, out _).All(float.IsFinite), Is.False);
        Assert.That(run.BackwardData(Pool, false).All(float.IsFinite), Is.False);
        Assert.That(run.BackwardFilter(Pool, false).All(float.IsFinite), Is.False);
    }

    [TestCase(64, 8, 40, 50, 3, 1)]
    [TestCase(70, 4, 130, 150, 3, 1)]
    [TestCase(3, 30, 20, 20, 3, 1)]
    [TestCase(5, 17, 16, 16, 3, 2)]
    [TestCase(1, 40, 20, 70, 3, 1)]
    [TestCase(33, 2, 70, 70, 3, 1)]
    [TestCase(200, 1, 70, 10, 1, 1)]
    [TestCase(8, 36, 17, 65, 3, 1)]
    [TestCase(5, 32, 8, 3, 3, 1)]
    [TestCase(5, 16, 3, 8, 3, 1)]
    [TestCase(5, 16, 3, 16, 3, 1)]
    [TestCase(7, 9, 20, 20, 3, 1, 20)]
    [TestCase(7, 9, 20, 30, 3, 2, 5)]
    public void The_number_of_threads_changes_no_bit(int n, int size, int c, int o, int kernel, int stride, int groups = 1)
    {
        ConvolutionGeometry g = Square(n, size, c, o, kernel, stride, kernel / 2, 1) with { Groups = groups };
        using var run = new ConvolutionRun(g);
        List<float[]>? expected = null;
        foreach (int threads in new[] { 1, 2, 5, 2 })
        {
            using var pool = new WorkerPool(threads);
            var results = new List<float[]>
            {
                run.Forward(pool, true, out float[] mean, out float[] variance),
                mean,
                variance,
                run.Fused(pool, true, true, false, true),
                run.BackwardData(pool, false),
                run.BackwardFilter(pool, false),
                run.BackwardBias(pool, false),
            };
            expected ??= results;
            for (int i = 0; i < results.Count; i++)
            {
                Assert.That(results[i].AsSpan().SequenceEqual(expected[i]), Is.True, $"result {i} with {threads} threads");
            }
        }
    }

    private static ConvolutionGeometry Square(int n, int size, int c, int o, int kernel, int stride, int pad, int dilation)
        => new(n, size, size, c, o, kernel, kernel, stride, stride, pad, pad, dilation, dilation);
}
