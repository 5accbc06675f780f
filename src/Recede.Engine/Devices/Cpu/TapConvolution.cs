namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// The direct convolution: output pixels sum over taps and input channels. Forward it is the convolution itself;
/// backward, with turned filters, one phase of the data gradient. This value is its shape and how that is cut into
/// work items, a pure function of the shape; <see cref="TapConvolutionJob{TV}"/> does an item.
/// </summary>
/// <remarks>
/// An item is a group of images (or, of large images, a band of rows) times a range of output blocks. Its input,
/// staged, stays in the second-level cache while every pair of output blocks passes over it.
/// </remarks>
internal readonly struct TapConvolution
{
    private const int Lanes = Simd.Lanes;

    // Half of a usual second-level cache, so that staged input, output tile and weights fit together.
    private const long StageBytes = 640 << 10;

    // Fewer pixels would read the weights too often, more would push the output tile out of the cache.
    private const int PixelsWanted = 256;
    private const int PixelsAtMost = 2048;
    private const int PixelsAtLeast = 128;

    /// <summary>The same where sums have pixels in the lanes: all that an item touches lies in the first-level cache.</summary>
    public const int PlanarPixelsAtMost = 256;

    // Enough for a few threads to share evenly.
    private const int ItemsWanted = 16;

    // Weights of a pair of output blocks that are kept near while the pixels pass.
    private const int ChunkBytes = 80 << 10;

    public readonly int InputChannels;
    public readonly int OutputChannels;
    public readonly InputWindow Window;

    /// <summary>The output pixels, an item's part each.</summary>
    public readonly PixelParts Pixels;

    /// <summary>The output blocks of an item.</summary>
    public readonly int BlocksPerItem;

    /// <summary>The input blocks summed over in one call of a kernel.</summary>
    public readonly int BlocksPerChunk;

    public readonly int Splits;

    /// <summary>The sums have pixels in the lanes: <see cref="PlanarSums"/>.</summary>
    public readonly bool IsPlanar;

    public TapConvolution(int images, int inputChannels, int outputChannels, InputWindow window)
    {
        InputChannels = inputChannels;
        OutputChannels = outputChannels;
        IsPlanar = PlanarSums.IsFaster(window, images, inputChannels, outputChannels);
        int pixelsAtMost = IsPlanar ? PlanarPixelsAtMost : PixelsAtMost;

        int pixels = window.OutputHeight * window.OutputWidth;
        long imageBytes = window.WindowFloats(1, window.OutputHeight, window.Blocks) * sizeof(float);
        int rows = window.OutputHeight;
        int group = 1;
        if (imageBytes > StageBytes || pixels > pixelsAtMost)
        {
            while (rows > 1
                && (window.WindowFloats(1, rows, window.Blocks) * sizeof(float) > StageBytes || rows * window.OutputWidth > pixelsAtMost))
            {
                rows = (rows + 1) / 2;
            }
        }
        else
        {
            group = (int)Math.Min(StageBytes / imageBytes, (PixelsWanted + pixels - 1) / pixels);
            group = Math.Clamp(group, 1, Math.Max(images, 1));
            group = Divide(images, Math.Max(Divide(images, group), 1));
        }

        while (rows > 1 && rows * window.OutputWidth >= 2 * PixelsAtLeast && group == 1 && images * Divide(window.OutputHeight, rows) < ItemsWanted)
        {
            rows = (rows + 1) / 2;
        }

        Pixels = new PixelParts(images, window.OutputHeight, window.OutputWidth, Math.Max(group, 1), rows);
        int pairs = Divide(OutputBlocks, 2);
        int splits = Math.Clamp(Divide(ItemsWanted, Math.Max(Pixels.Count, 1)), 1, pairs);
        BlocksPerItem = 2 * Divide(pairs, splits);
        Splits = Divide(OutputBlocks, BlocksPerItem);

        int blockBytes = 2 * window.Rows.Count * window.Columns.Count * Lanes * Lanes * sizeof(float);
        int chunks = Divide(window.Blocks, Math.Max(1, ChunkBytes / blockBytes));
        BlocksPerChunk = Divide(window.Blocks, chunks);

        window.Arrange(rows, window.Blocks);
        Window = window;
    }

    public int OutputBlocks => ConvolutionGeometry.Blocks(OutputChannels);

    public int TapCount => Window.Rows.Count * Window.Columns.Count;

    public int Items => Pixels.Count * Splits;

    /// <summary>The weights of one output block, in floats.</summary>
    public nint WeightBlock => (nint)InputChannels * TapCount * Lanes;

    /// <summary>A channel's plane of an item's input or sums, in floats, where it is planar; an odd number of cache lines.</summary>
    public nint Plane
        => (((nint)Window.WindowFloats(Pixels.ImagesPerPart, Pixels.RowsPerPart, 1) / Lanes / Lanes) + (PlanarSums.PixelsBeyond / Lanes) + 1 | 1) * Lanes;

    /// <summary>A work item's staged input, in floats.</summary>
    public long StageFloats => IsPlanar
        ? (PlanarTranspose.Whole(InputChannels) + PlanarTranspose.Whole(OutputChannels)) * Plane
        : Window.Direct ? 0 : Window.WindowFloats(Pixels.ImagesPerPart, Pixels.RowsPerPart, Window.Blocks);

    public int PaddedPixels => Divide(Pixels.PixelsPerPart, TileKernelDispatch.PixelsAtMost) * TileKernelDispatch.PixelsAtMost;

    /// <summary>A worker's scratch: the staged input and an output tile of two blocks.</summary>
    public long ScratchFloats => StageFloats + (2L * PaddedPixels * Lanes);

    /// <summary>The offsets of taps and pixels, shared by all workers.</summary>
    public long TableFloats => Round(TapCount) + Round(PaddedPixels);

    /// <summary>Mean and sum of squared differences of each pixel item and output channel.</summary>
    public long MomentFloats => (long)Pixels.Count * OutputBlocks * 2 * Lanes;

    /// <summary>Where the offsets of the pixels stand after those of the taps.</summary>
    public long PixelTable => Round(TapCount);

    public static int Divide(int a, int b) => (a + b - 1) / b;

    private static long Round(long floats) => (floats + Lanes - 1) / Lanes * Lanes;
}
