using Recede.Engine.Devices.Cpu;
using Recede.Engine.Devices.Cpu.Winograd;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Devices;

/// <summary>
/// The rounding of each way to convolve at the shapes of real networks: the largest difference from double-precision sums over the
/// largest value, at places picked at random. docs/convolution.md gives what was measured; the bounds are about three times that.
/// </summary>
[Category(InstructionSets.Category)]
internal sealed class ConvolutionAccuracyTests
{
    private const int Places = 300;
    private static readonly WorkerPool Pool = new(2);

    [TestCase(WinogradTiles.Off, 3e-6)]
    [TestCase(WinogradTiles.F2, 1e-6)]
    [TestCase(WinogradTiles.F4, 1.2e-5)]
    public void Rounding_is_bounded(WinogradTiles tiles, double bound)
    {
        var worst = 0.0;
        foreach (var (n, size, channels) in new[] { (4, 32, 16), (1, 32, 64), (4, 8, 256), (8, 4, 512), (16, 2, 512) })
        {
            var g = new ConvolutionGeometry(n, size, size, channels, channels, 3, 3, 1, 1, 1, 1, Tiles: tiles);
            using var run = new ConvolutionRun(g);
            var random = new Random(7);
            var forward = Largest(run.Forward(Pool, false, out _, out _), i => Output(g, run.X, run.W, i, false), random);
            var data = Largest(run.BackwardData(Pool, false), i => Output(g, run.Dy, run.W, i, true), random);
            var filter = Largest(run.BackwardFilter(Pool, false), i => Gradient(g, run.X, run.Dy, i), random);
            TestContext.Out.WriteLine($"{tiles} {channels}@{size}, batch {n}: forward {forward:E1}, data {data:E1}, filter {filter:E1}");
            worst = Math.Max(worst, Math.Max(forward, Math.Max(data, filter)));
        }

        Assert.That(worst, Is.LessThan(bound));
    }

    private static double Largest(float[] actual, Func<int, double> expected, Random random)
    {
        double error = 0, largest = 0;
        for (var k = 0; k < Places; k++)
        {
            var i = random.Next(actual.Length);
            var want = expected(i);
            Assert.That(actual[i], Is.Not.NaN);
            error = Math.Max(error, Math.Abs(actual[i] - want));
            largest = Math.Max(largest, Math.Abs(want));
        }

        return error / largest;
    }

    // One output of the convolution, or of its data gradient: as many inputs as outputs, stride 1 and padding 1, so that only the
    // places of taps and channels differ.
    private static double Output(ConvolutionGeometry g, float[] x, float[] w, int index, bool turned)
    {
        var o = index % g.C;
        var column = index / g.C % g.W;
        var row = index / g.C / g.W % g.H;
        var image = index / g.C / g.W / g.H;
        double sum = 0;
        for (var kh = 0; kh < 3; kh++)
        {
            for (var kw = 0; kw < 3; kw++)
            {
                var h = row + (turned ? 1 - kh : kh - 1);
                var v = column + (turned ? 1 - kw : kw - 1);
                for (var c = 0; c < g.C && h >= 0 && h < g.H && v >= 0 && v < g.W; c++)
                {
                    var (output, input) = turned ? (c, o) : (o, c);
                    sum += (double)x[(((((image * g.H) + h) * g.W) + v) * g.C) + c] * w[(((((output * 3) + kh) * 3) + kw) * g.C) + input];
                }
            }
        }

        return sum;
    }

    // One tap's gradient.
    private static double Gradient(ConvolutionGeometry g, float[] x, float[] dy, int index)
    {
        var c = index % g.C;
        var kw = index / g.C % 3;
        var kh = index / g.C / 3 % 3;
        var o = index / g.C / 9;
        double sum = 0;
        for (var image = 0; image < g.N; image++)
        {
            for (var row = Math.Max(0, 1 - kh); row < Math.Min(g.H, g.H + 1 - kh); row++)
            {
                for (var column = Math.Max(0, 1 - kw); column < Math.Min(g.W, g.W + 1 - kw); column++)
                {
                    var at = (((image * g.H) + row + kh - 1) * g.W) + column + kw - 1;
                    sum += (double)x[(at * g.C) + c] * dy[(((((image * g.H) + row) * g.W) + column) * g.C) + o];
                }
            }
        }

        return sum;
    }
}
