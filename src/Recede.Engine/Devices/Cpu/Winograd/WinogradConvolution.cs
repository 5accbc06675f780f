namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>
/// A 3x3 convolution of stride 1 as products of transformed tiles: forward it is the convolution itself, backward, with turned
/// filters, its data gradient. This value is the shape and its cut into work items, a pure function of the shape;
/// <see cref="WinogradJob{TT,TV,TOps,TS}"/> does an item.
/// </summary>
/// <remarks>
/// Products, a chunk of the transformed filters and one of the transformed input of a group of tiles stay in the second-level cache; an
/// item of many channels transforms all chunks of its input first, which is more than that cache holds. Large filters are transformed by each item as it goes: a group's products outweigh that by far, and the transformed filters,
/// four times the size of the filters, never leave the cache.
/// </remarks>
internal readonly struct WinogradConvolution
{
    // Products of a group of tiles and of 4 output blocks, in the 36 planes of F(4, 3): 576 KB.
    private const int TilesWanted = 64;
    private const int TilesAtLeast = 16;
    private const int BlocksAtMost = 4;

    // Two blocks of inputs: a panel of filters and one of inputs share the first-level cache.
    private const int ChunkBlocks = 2;

    // Enough for a few threads to share evenly.
    private const int ItemsWanted = 16;

    // With small filters, which groups of fewer tiles do not transform anew: at the end of an op threads wait for one that the system
    // held up, half an item on average. With 4 items that took a tenth of the time, with 16 and 32 a thirtieth.
    private const int SmallItemsWanted = 32;

    // The vector operations of each plane of an item that takes a hundred times as long as to hand it out: 20 microseconds.
    private const int OperationsPerItem = 2048;

    // With fewer, as a single small image has, the output blocks are shared out two by two.
    private const int ItemsAtLeast = 4;

    // Transformed filters that the second-level cache keeps beside what an item needs, 590 KB, and so many groups of tiles that doing
    // it once saves more than each worker's first reading of them costs.
    private const long SharedFiltersAtMost = 36 * 64 * 64;
    private const int SharedFiltersFrom = 32;

    // Vector operations of transforming a value of a plane, input or output, in multiply-adds of a product.
    private const double TransformOperations = 6.5;

    // The same for a filter, which each group of tiles transforms anew; measured, where groups are small and it matters.
    private const double FilterOperations = 10;

    // The direct kernels run closer to the peak.
    private const double WorthFrom = 0.8;

    /// <summary>
    /// What an operation as <see cref="PlanarSums"/> counts them costs in those of tiles: they are counted with all that goes with them.
    /// </summary>
    public const double PlanarRate = 0.5;

    /// <summary>m of F(m, 3).</summary>
    public readonly int TileSize;

    public readonly int InputChannels;
    public readonly int OutputChannels;
    public readonly int InputHeight;
    public readonly int InputWidth;
    public readonly int Height;
    public readonly int Width;
    public readonly int Top;
    public readonly int Left;

    /// <summary>The tiles, a group each part.</summary>
    public readonly PixelParts Tiles;

    /// <summary>Input blocks whose products are summed in one pass over a plane.</summary>
    public readonly int BlocksPerChunk;

    /// <summary>Output blocks that one pass of products yields.</summary>
    public readonly int BlocksPerPass;

    /// <summary>
    /// With few groups of tiles the input is transformed once for all items, each of which is a group and one pass of output blocks;
    /// with many, an item is a group, transforms its input and makes every pass.
    /// </summary>
    public readonly bool SharesInput;

    /// <summary>Filters are transformed once for all items, where they are small and the groups of tiles many, or small themselves.</summary>
    public readonly bool SharesFilters;

    private WinogradConvolution(
        int tileSize, int images, int inputChannels, int outputChannels, int inputHeight, int inputWidth, int height, int width, int top, int left)
    {
        TileSize = tileSize;
        InputChannels = inputChannels;
        OutputChannels = outputChannels;
        InputHeight = inputHeight;
        InputWidth = inputWidth;
        Height = height;
        Width = width;
        Top = top;
        Left = left;

        bool smallFilters = (long)Planes * inputChannels * OutputBlocks * Simd.Lanes <= SharedFiltersAtMost;
        bool isHalved = false;
        int tileRows = TapConvolution.Divide(height, tileSize);
        int tileColumns = TapConvolution.Divide(width, tileSize);
        int rows = tileRows;
        int group = 1;
        if (tileRows * tileColumns > TilesWanted)
        {
            rows = TapConvolution.Divide(tileRows, TapConvolution.Divide(tileRows * tileColumns, TilesWanted));
        }
        else
        {
            group = Math.Clamp(TilesWanted / (tileRows * tileColumns), 1, images);
            group = TapConvolution.Divide(images, TapConvolution.Divide(images, group));
            int wanted = Math.Max(ItemsAtLeast, ItemsFor((long)images * tileRows * tileColumns * inputChannels * OutputBlocks, SmallItemsWanted));
            while (group > 1
                && smallFilters
                && TapConvolution.Divide(images, group) < wanted
                && group * tileRows * tileColumns >= 2 * TilesAtLeast)
            {
                group = (group + 1) / 2;
                isHalved = true;
            }
        }

        int passes = TapConvolution.Divide(OutputBlocks, BlocksAtMost);
        while (rows > 1 && group == 1 && rows * tileColumns >= 2 * TilesAtLeast && images * TapConvolution.Divide(tileRows, rows) * passes < ItemsWanted)
        {
            rows = (rows + 1) / 2;
        }

        Tiles = new PixelParts(images, tileRows, tileColumns, group, rows);
        if (Tiles.Count * passes < ItemsAtLeast)
        {
            passes = Math.Min(TapConvolution.Divide(ItemsAtLeast, Tiles.Count), TapConvolution.Divide(OutputBlocks, 2));
        }

        BlocksPerPass = TapConvolution.Divide(OutputBlocks, passes);
        BlocksPerChunk = TapConvolution.Divide(InputBlocks, TapConvolution.Divide(InputBlocks, ChunkBlocks));
        SharesInput = Passes > 1 && Tiles.Count < ItemsWanted;
        SharesFilters = smallFilters && (isHalved || Tiles.Count >= SharedFiltersFrom);
    }

    public int InputBlocks => ConvolutionGeometry.Blocks(InputChannels);

    public int OutputBlocks => ConvolutionGeometry.Blocks(OutputChannels);

    public int Planes => (TileSize + 2) * (TileSize + 2);

    public int Chunks => TapConvolution.Divide(InputBlocks, BlocksPerChunk);

    public int Passes => TapConvolution.Divide(OutputBlocks, BlocksPerPass);

    public int Items => SharesInput ? Tiles.Count * Passes : Tiles.Count;

    /// <summary>The output pixels of the groups of tiles.</summary>
    public PixelParts Pixels => new(Tiles.Images, Height, Width, Tiles.ImagesPerPart, Tiles.RowsPerPart * TileSize);

    public nint ChunkLanes => (nint)BlocksPerChunk * Simd.Lanes;

    public nint PassLanes => (nint)BlocksPerPass * Simd.Lanes;

    public nint InputPlane => PlaneFloats(TileCapacity * ChunkLanes);

    public nint FilterPlane => PlaneFloats(ChunkLanes * PassLanes);

    public nint ProductPlane => PlaneFloats(TileCapacity * PassLanes);

    /// <summary>The transformed input of a group of tiles: chunk by chunk, plane by plane, tile by tile.</summary>
    public long InputFloats => (long)Chunks * Planes * InputPlane;

    /// <summary>The transformed inputs of all groups, where items share them.</summary>
    public long SharedFloats => SharesInput ? Tiles.Count * InputFloats : 0;

    /// <summary>The transformed filters of a chunk of inputs and one pass of output blocks.</summary>
    public long FilterFloats => Planes * FilterPlane;

    /// <summary>All transformed filters, where items share them.</summary>
    public long SharedFilterFloats => SharesFilters ? Passes * Chunks * FilterFloats : 0;

    /// <summary>A worker's scratch: transformed input unless shared, a chunk of filters unless shared, products.</summary>
    public long ScratchFloats => (SharesInput ? 0 : InputFloats) + (SharesFilters ? 0 : FilterFloats) + (Planes * ProductPlane);

    /// <summary>Mean and sum of squared differences of each group and output channel.</summary>
    public long MomentFloats => (long)Tiles.Count * OutputBlocks * 2 * Simd.Lanes;

    private nint TileCapacity => Tiles.PixelsPerPart + PanelProduct.RowsBeyond;

    /// <summary>
    /// From one plane of so many floats to the next: an odd number of cache lines, so that a tile's values, one in each plane,
    /// lie in different sets of the cache.
    /// </summary>
    public static nint PlaneFloats(nint floats) => ((floats / Simd.Lanes) | 1) * Simd.Lanes;

    /// <summary>Whether a convolution, or its data gradient, goes by tiles, and the cut if so.</summary>
    public static bool TryChoose(in ConvolutionGeometry g, bool backwardData, out WinogradConvolution shape)
    {
        double planar = PlanarRate * DirectConvolution.PlanarOperations(g, backwardData);
        int tileSize = backwardData
            ? TileFor(g, g.O, g.C, g.H, g.W, Math.Min(planar, DirectOperations(g.O, g.C)))
            : TileFor(g, g.C, g.O, g.HOut, g.WOut, Math.Min(planar, DirectOperations(g.C, g.O)));
        shape = tileSize == 0
            ? default
            : backwardData
                ? new(tileSize, g.N, g.O, g.C, g.HOut, g.WOut, g.H, g.W, 2 - g.PadH, 2 - g.PadW)
                : new(tileSize, g.N, g.C, g.O, g.H, g.W, g.HOut, g.WOut, g.PadH, g.PadW);
        return tileSize != 0;
    }

    /// <summary>At most so many items, of at least <see cref="OperationsPerItem"/> each of the vector operations that a plane's products take.</summary>
    public static int ItemsFor(long operations, int items) => (int)Math.Min(items, operations / OperationsPerItem);

    /// <summary>What a pixel costs directly, in the vector operations of tiles.</summary>
    public static double DirectOperations(int inputChannels, int outputChannels)
        => WorthFrom * 9 * inputChannels * ConvolutionGeometry.Blocks(outputChannels);

    /// <summary>
    /// The m whose tiles take the fewest vector operations for so many inputs and outputs of this convolution, or 0 where another way takes
    /// fewer: so many for each pixel.
    /// </summary>
    public static int TileFor(in ConvolutionGeometry g, int inputChannels, int outputChannels, int height, int width, double otherwise)
    {
        bool isPossible = g is { KH: 3, KW: 3, StrideH: 1, StrideW: 1, DilationH: 1, DilationW: 1, Groups: 1 }
            && Math.Min(inputChannels, outputChannels) > 0
            && (long)g.N * height * width > 0;
        if (!isPossible || g.Tiles != WinogradTiles.WhereFaster)
        {
            return !isPossible || g.Tiles == WinogradTiles.Off ? 0 : g.Tiles == WinogradTiles.F2 ? 2 : 4;
        }

        double products = (double)inputChannels * ConvolutionGeometry.Blocks(outputChannels);
        double blocks = ConvolutionGeometry.Blocks(inputChannels) + ConvolutionGeometry.Blocks(outputChannels);
        double least = otherwise * g.N * height * width;
        int best = 0;
        for (int m = 2; m <= 4; m += 2)
        {
            double tiles = (double)g.N * TapConvolution.Divide(height, m) * TapConvolution.Divide(width, m);
            double groups = Math.Ceiling(tiles / TilesWanted);
            double operations = (m + 2) * (m + 2)
                * ((tiles * (products + (TransformOperations * blocks))) + (groups * FilterOperations * products));
            if (operations < least)
            {
                least = operations;
                best = m;
            }
        }

        return best;
    }
}
