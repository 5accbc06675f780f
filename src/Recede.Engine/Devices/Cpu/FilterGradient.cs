namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// The direct gradient of the filters of a convolution without groups: each tap sums, over pixels, inputs times output
/// gradients. This value is the shape and its cut into work items, a pure function of the shape;
/// <see cref="FilterGradientJob{TV}"/> does an item.
/// </summary>
/// <remarks>
/// An item is a range of input blocks times a range of output blocks times a part of the batch. Each part sums into a
/// gradient of its own; these are then added in order. Parts cost memory traffic for every partial gradient, ranges cost
/// reading inputs or output gradients again, a range of the gradient too large for the cache streaming it for every pass:
/// the cut is the one that moves the fewest bytes.
/// </remarks>
internal readonly struct FilterGradient
{
    private const long StageBytes = 512 << 10;
    private const int PixelsAtMost = 1024;
    private const int PixelsWanted = 256;
    private const int ItemsWanted = 8;
    private const int ItemsAtMost = 64;

    // An item's part of the gradient is read and written again for every pass over some pixels, from the second-level
    // cache if it is not larger.
    private const long GradientBytes = 512 << 10;

    /// <summary>Output gradients of a pair of blocks and the inputs beside them that stay in the first-level cache.</summary>
    public const int PixelsPerPass = 256;

    public readonly ConvolutionGeometry Geometry;
    public readonly InputWindow Window;

    /// <summary>The output pixels, cut into groups that are staged together; a part of the batch has some groups.</summary>
    public readonly PixelParts Groups;
    public readonly int InputBlocksPerItem;
    public readonly int OutputBlocksPerItem;
    public readonly int GroupsPerPart;

    public FilterGradient(in ConvolutionGeometry g)
    {
        Geometry = g;
        InputWindow window = InputWindow.Forward(g);

        int pixels = g.HOut * g.WOut;
        double input = (double)g.N * g.InputBlocks * g.H * g.W * Simd.Lanes;
        double output = (double)g.N * g.OutputBlocks * pixels * Simd.Lanes;
        double best = double.MaxValue;
        int inputSplits = 1;
        int outputSplits = 1;
        int parts = 1;
        int pairs = TapConvolution.Divide(g.OutputBlocks, 2);
        int units = g.N * TapConvolution.Divide(pixels, PixelsWanted);
        int wanted = Math.Min(ItemsWanted, g.InputBlocks * pairs * Math.Max(units, 1));
        double passes = (double)g.N * pixels / PixelsPerPass;
        for (int i = 1; i <= ItemsAtMost && i <= g.InputBlocks; i *= 2)
        {
            for (int o = 1; i * o <= ItemsAtMost && o <= pairs; o *= 2)
            {
                int p = Math.Min(TapConvolution.Divide(wanted, i * o), Math.Max(units, 1));
                bool staysNear = g.FilterFloats * sizeof(float) / (i * o) <= GradientBytes;
                double floats = (i * output)
                    + (o * input * (window.Direct ? 1 : 2))
                    + (p > 1 ? 2.0 * p * g.FilterFloats : 0)
                    + (staysNear ? 0 : 2 * passes * g.FilterFloats);
                if (i * o * p >= wanted && floats < best)
                {
                    best = floats;
                    inputSplits = i;
                    outputSplits = o;
                    parts = p;
                }
            }
        }

        InputBlocksPerItem = TapConvolution.Divide(g.InputBlocks, inputSplits);
        OutputBlocksPerItem = 2 * TapConvolution.Divide(pairs, outputSplits);

        int rows = g.HOut;
        while (rows > 1
            && (window.WindowFloats(1, rows, InputBlocksPerItem) * sizeof(float) > StageBytes
                || rows * g.WOut > PixelsAtMost
                || g.N * TapConvolution.Divide(g.HOut, rows) < parts))
        {
            rows = (rows + 1) / 2;
        }

        int group = 1;
        if (rows == g.HOut)
        {
            long imageBytes = window.WindowFloats(1, rows, InputBlocksPerItem) * sizeof(float);
            group = (int)Math.Min(StageBytes / Math.Max(imageBytes, 1), TapConvolution.Divide(PixelsAtMost, pixels));
            group = Math.Clamp(group, 1, Math.Max(1, g.N / parts));
        }

        Groups = new PixelParts(g.N, g.HOut, g.WOut, group, rows);
        window.Arrange(rows, InputBlocksPerItem);
        Window = window;
        GroupsPerPart = Math.Max(1, TapConvolution.Divide(Groups.Count, parts));
    }

    public int TapCount => Geometry.Taps;

    public int Parts => TapConvolution.Divide(Groups.Count, GroupsPerPart);

    public int InputSplits => TapConvolution.Divide(Geometry.InputBlocks, InputBlocksPerItem);

    public int OutputSplits => TapConvolution.Divide(Geometry.OutputBlocks, OutputBlocksPerItem);

    public int Items => InputSplits * OutputSplits * Parts;

    public long TableFloats => PixelTable + (2L * Groups.PixelsPerPart);

    /// <summary>Where the offsets of the pixels stand after those of the taps: of the input's, then of dy's.</summary>
    public int PixelTable => TapConvolution.Divide(TapCount, Simd.Lanes) * Simd.Lanes;

    public long ScratchFloats => Window.Direct ? 0 : Window.WindowFloats(Groups.ImagesPerPart, Groups.RowsPerPart, InputBlocksPerItem);

    /// <summary>The gradients of the parts; with one part, dw itself is summed into.</summary>
    public long PartFloats => Parts > 1 ? Parts * Geometry.FilterFloats : 0;

    public static unsafe long Floats(in ConvolutionGeometry g, int workers)
    {
        var shape = new FilterGradient(g);
        var workspace = new WorkspaceCursor(null);
        workspace.Take(shape.TableFloats);
        workspace.Take(shape.PartFloats);
        workspace.Take(shape.ScratchFloats * workers);
        return workspace.Floats;
    }

    public static unsafe void Run(
        WorkerPool pool, in ConvolutionGeometry g, float* x, float* dy, float* dw, bool accumulate, float* workspace)
    {
        var shape = new FilterGradient(g);
        var cursor = new WorkspaceCursor(workspace);
        int* taps = (int*)cursor.Take(shape.TableFloats);
        int* xPixels = taps + shape.PixelTable;
        int* dyPixels = xPixels + shape.Groups.PixelsPerPart;
        shape.Window.FillTaps(taps);
        shape.Window.FillPixels(xPixels, shape.Groups.ImagesPerPart, shape.Groups.RowsPerPart);
        FillGradientPixels(shape, dyPixels);
        float* parts = cursor.Take(shape.PartFloats);
        float* scratch = cursor.Take(shape.ScratchFloats * pool.Threads);
        if (Simd.Level == SimdLevel.Vector512)
        {
            Run<V512>(pool, shape, x, dy, dw, accumulate, taps, xPixels, dyPixels, parts, scratch);
        }
        else if (Simd.Level == SimdLevel.Vector256)
        {
            Run<V256>(pool, shape, x, dy, dw, accumulate, taps, xPixels, dyPixels, parts, scratch);
        }
        else
        {
            Run<V1>(pool, shape, x, dy, dw, accumulate, taps, xPixels, dyPixels, parts, scratch);
        }
    }

    private static unsafe void Run<TV>(
        WorkerPool pool,
        in FilterGradient shape,
        float* x,
        float* dy,
        float* dw,
        bool accumulate,
        int* taps,
        int* xPixels,
        int* dyPixels,
        float* parts,
        float* scratch)
        where TV : unmanaged, ISimd<TV>
    {
        bool inPlace = shape.Parts == 1;
        var job = new FilterGradientJob<TV>
        {
            Shape = shape,
            X = x,
            Dy = dy,
            Dw = inPlace ? dw : parts,
            Accumulate = inPlace && accumulate,
            Taps = taps,
            XPixels = xPixels,
            DyPixels = dyPixels,
            Scratch = scratch,
        };
        pool.Run(ref job, shape.Items);
        if (!inPlace)
        {
            SumParts.Run<TV>(pool, parts, shape.Parts, shape.Geometry.FilterFloats, dw, accumulate);
        }
    }

    private static unsafe void FillGradientPixels(in FilterGradient shape, int* pixels)
    {
        nint plane = (nint)shape.Geometry.HOut * shape.Geometry.WOut;
        for (int n = 0; n < shape.Groups.ImagesPerPart; n++)
        {
            for (int p = 0; p < shape.Groups.RowsPerPart * shape.Geometry.WOut; p++)
            {
                *pixels++ = checked((int)(((n * shape.Geometry.OutputBlocks * plane) + p) * Simd.Lanes * sizeof(float)));
            }
        }
    }
}
