using Recede.Engine.Devices.Cpu;
using Recede.Engine.Devices.Cpu.Winograd;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Devices;

/// <summary>The direct ways of narrow layers: pixels in the lanes of a vector, and rows of three taps.</summary>
internal sealed class NarrowConvolutionTests
{
    // Widths that are whole runs of pixels and that are not, and one image of many rows.
    private static IEnumerable<ConvolutionGeometry> Narrow()
    {
        foreach (int size in new[] { 8, 15, 16, 24, 32, 33 })
        {
            foreach (var (c, o) in new[] { (3, 3), (8, 4), (16, 3), (20, 2), (5, 1), (3, 5), (5, 8), (3, 8), (3, 16), (12, 14), (5, 33), (19, 50) })
            {
                yield return Square(size < 20 ? 3 : 2, size, c, o, 3, 1, 1);
            }
        }

        yield return Square(2, 17, 4, 3, 5, 2, 1);
        yield return Square(2, 21, 4, 3, 3, 2, 2);
        yield return Square(2, 26, 6, 2, 3, 0, 1);
        yield return new ConvolutionGeometry(2, 7, 48, 4, 2, 2, 3, 1, 1, 1, 1, 2, 1);
        yield return new ConvolutionGeometry(1, 40, 16, 35, 3, 3, 3, 1, 1, 0, 1);
    }

    [TestCaseSource(nameof(Narrow))]
    [Category(InstructionSets.Category)]
    public void Narrow_layers(ConvolutionGeometry g) => ConvolutionCheck.Run(g);

    [TestCase(16, 3, 32, true)]
    [TestCase(8, 4, 16, true)]
    [TestCase(3, 3, 16, true)]
    [TestCase(3, 16, 32, false)]
    [TestCase(16, 16, 32, false)]
    [TestCase(3, 8, 32, false)]
    [TestCase(3, 3, 1, false)]
    public void Few_outputs_have_pixels_in_the_lanes(int c, int o, int size, bool expected)
    {
        TapAxis taps = TapAxis.Forward(3, 1, 1);
        var window = new InputWindow(ConvolutionGeometry.Blocks(c), size, size, size, size, 1, 1, taps, taps);
        Assert.That(new TapConvolution(64, c, o, window).IsPlanar, Is.EqualTo(expected));
    }

    // What each direction takes: tiles (T), pixels in the lanes (P) or channels in the lanes (C). The data gradient of c -> o is o -> c.
    [TestCase(16, 16, 32, "TTT")]
    [TestCase(64, 64, 8, "TTT")]
    [TestCase(16, 3, 32, "PCP")]
    [TestCase(8, 3, 32, "PCP")]
    [TestCase(5, 8, 32, "CPP")]
    [TestCase(32, 8, 14, "TTT")]
    [TestCase(16, 8, 10, "TCT")]
    [TestCase(64, 4, 8, "PTT")]
    [TestCase(15, 9, 16, "TTT")]
    [TestCase(3, 64, 32, "CPT")]
    [Category(InstructionSets.Category)]
    public void No_direction_loses_tiles_to_a_way_that_it_does_not_take(int c, int o, int size, string expected)
    {
        ConvolutionGeometry g = Square(64, size, c, o, 3, 1, 1);
        TapAxis taps = TapAxis.Forward(3, 1, 1);
        char Sums(bool backward, int from, int to) => WinogradConvolution.TryChoose(g, backward, out _) ? 'T'
            : new TapConvolution(64, from, to, new InputWindow(ConvolutionGeometry.Blocks(from), size, size, size, size, 1, 1, taps, taps)).IsPlanar ? 'P' : 'C';
        char gradient = WinogradFilterGradient.TryChoose(g, out _) ? 'T' : PlanarFilterGradient.TryChoose(g, out _) ? 'P' : 'C';
        Assert.That($"{Sums(false, c, o)}{Sums(true, o, c)}{gradient}", Is.EqualTo(expected));
    }

    private static ConvolutionGeometry Square(int n, int size, int c, int o, int kernel, int pad, int dilation)
        => new(n, size, size, c, o, kernel, kernel, 1, 1, pad, pad, dilation, dilation);
}
