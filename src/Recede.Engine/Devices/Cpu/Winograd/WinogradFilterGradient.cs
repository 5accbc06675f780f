using System.Runtime.Intrinsics;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>
/// The gradient of 3x3 filters of stride 1 as products of transformed tiles of x and dy, summed over tiles. This value is the
/// shape and its cut into work items, a pure function of the shape and the instruction set; <see cref="WinogradFilterGradientJob{TT,TV,TOps}"/> does an item.
/// </summary>
/// <remarks>
/// An item is up to 4 input blocks times up to 4 output blocks times a part of the batch: it transforms its tiles, a group at a
/// time, sums their products in a scratch of its own, and transforms these to a gradient of 3x3 taps. Parts are added in order.
/// </remarks>
internal readonly struct WinogradFilterGradient
{
    // Transformed inputs and gradients of a group: 288 KB each with 4 blocks.
    private const int TilesWanted = 32;
    private const int BlocksAtMost = 4;
    private const int ItemsWanted = 8;

    // More of them, by smaller groups, even out what holds one thread up; but each part's gradient is written and read once more.
    private const int SmallItemsWanted = 32;
    private const int TilesAtLeast = 16;
    private const long PartFloatsAtMost = 16 * 9 * 64 * 64;

    // Input channels are the rows of the products, whose kernels take 4 to 16; so many fitted the times best.
    private const int ProductRows = 8;

    // The direct kernels have one for a rest of 4, in which loads outnumber products: it takes as long as 6 would (3 -> 16 at 32x32 is
    // quicker directly by a third, 3 -> 64 by tiles by a quarter).
    private const int NarrowRows = 4;
    private const int NarrowCost = 6;

    // What an operation of the direct gradient that takes rows of taps costs in those of tiles.
    private const double RowsWorthFrom = 0.55;

    public readonly ConvolutionGeometry Geometry;

    /// <summary>m of F(m, 3).</summary>
    public readonly int TileSize;

    /// <summary>The tiles, cut into groups that are transformed together; a part of the batch has some groups.</summary>
    public readonly PixelParts Groups;

    public readonly int InputBlocksPerItem;
    public readonly int OutputBlocksPerItem;
    public readonly int GroupsPerPart;

    private WinogradFilterGradient(in ConvolutionGeometry g, int tileSize)
    {
        Geometry = g;
        TileSize = tileSize;
        InputBlocksPerItem = TapConvolution.Divide(g.InputBlocks, TapConvolution.Divide(g.InputBlocks, BlocksAtMost));
        OutputBlocksPerItem = TapConvolution.Divide(g.OutputBlocks, TapConvolution.Divide(g.OutputBlocks, BlocksAtMost));
        int tileRows = TapConvolution.Divide(g.HOut, tileSize);
        int tileColumns = TapConvolution.Divide(g.WOut, tileSize);
        int rows = tileRows;
        int group = 1;
        if (tileRows * tileColumns > TilesWanted)
        {
            rows = TapConvolution.Divide(tileRows, TapConvolution.Divide(tileRows * tileColumns, TilesWanted));
        }
        else
        {
            group = Math.Clamp(TilesWanted / (tileRows * tileColumns), 1, g.N);
        }

        long tiles = (long)g.N * tileRows * tileColumns;
        int items = (int)Math.Min(InputSplits * OutputSplits * PartFloatsAtMost / Math.Max(g.FilterFloats, 1), SmallItemsWanted);
        items = WinogradConvolution.ItemsFor(tiles * g.C * g.OutputBlocks, items);
        while (group > 1
            && TapConvolution.Divide(g.N, group) * InputSplits * OutputSplits < items
            && group * tileRows * tileColumns >= 2 * TilesAtLeast)
        {
            group = (group + 1) / 2;
        }

        Groups = new PixelParts(g.N, tileRows, tileColumns, group, rows);
        int parts = Math.Clamp(TapConvolution.Divide(Math.Max(items, ItemsWanted), InputSplits * OutputSplits), 1, Groups.Count);
        GroupsPerPart = TapConvolution.Divide(Groups.Count, parts);
    }

    public int Planes => (TileSize + 2) * (TileSize + 2);

    public int Parts => TapConvolution.Divide(Groups.Count, GroupsPerPart);

    public int InputSplits => TapConvolution.Divide(Geometry.InputBlocks, InputBlocksPerItem);

    public int OutputSplits => TapConvolution.Divide(Geometry.OutputBlocks, OutputBlocksPerItem);

    public int Items => InputSplits * OutputSplits * Parts;

    public nint InputLanes => (nint)InputBlocksPerItem * Simd.Lanes;

    public nint OutputLanes => (nint)OutputBlocksPerItem * Simd.Lanes;

    // Kernels read some channels past the last.
    public nint InputPlane => WinogradConvolution.PlaneFloats((Groups.PixelsPerPart * InputLanes) + Simd.Lanes);

    public nint OutputPlane => WinogradConvolution.PlaneFloats(Groups.PixelsPerPart * OutputLanes);

    public nint ProductPlane => WinogradConvolution.PlaneFloats((InputLanes + PanelProduct.RowsBeyond) * OutputLanes);

    /// <summary>A worker's scratch: the transformed tiles of x and dy, and the sums of their products.</summary>
    public long ScratchFloats => Planes * (InputPlane + OutputPlane + ProductPlane);

    /// <summary>The gradients of the parts; with one part, dw itself is written.</summary>
    public long PartFloats => Parts > 1 ? Parts * Geometry.FilterFloats : 0;

    /// <summary>Whether the gradient is found with fewer operations by tiles, and the cut if so.</summary>
    public static bool TryChoose(in ConvolutionGeometry g, out WinogradFilterGradient shape)
    {
        int channels = TapConvolution.Divide(g.C, ProductRows) * ProductRows;
        int rest = g.C % ProductRows;
        int directChannels = rest is > 0 and <= NarrowRows ? g.C - rest + NarrowCost : channels;
        bool byRows = g.OutputBlocks == 1 && TileKernelDispatch.HasRows && g.WOut % TileKernelDispatch.Pixels == 0;
        double directly = byRows
            ? RowsWorthFrom * 9 * TapConvolution.Divide(g.C, TileKernelDispatch.RowChannels) * TileKernelDispatch.RowChannels
            : WinogradConvolution.DirectOperations(directChannels, g.O);
        double otherwise = PlanarFilterGradient.TryChoose(g, out PlanarFilterGradient planes)
            ? Math.Min(directly, WinogradConvolution.PlanarRate * planes.Operations())
            : directly;
        int tileSize = WinogradConvolution.TileFor(g, channels, g.O, g.HOut, g.WOut, otherwise);
        shape = tileSize == 0 ? default : new WinogradFilterGradient(g, tileSize);
        return tileSize != 0;
    }

    public unsafe long Floats(int workers)
    {
        var workspace = new WorkspaceCursor(null);
        workspace.Take(PartFloats);
        workspace.Take(ScratchFloats * workers);
        return workspace.Floats;
    }

    public unsafe void Run(WorkerPool pool, float* x, float* dy, float* dw, bool accumulate, float* workspace)
    {
        if (TileSize == 4)
        {
            Run<WinogradF4>(pool, x, dy, dw, accumulate, workspace);
        }
        else
        {
            Run<WinogradF2>(pool, x, dy, dw, accumulate, workspace);
        }
    }

    private unsafe void Run<TT>(WorkerPool pool, float* x, float* dy, float* dw, bool accumulate, float* workspace)
        where TT : struct, IWinogradTransform
    {
        if (Simd.Level == SimdLevel.Vector512)
        {
            Run<TT, Vector512<float>, Vector512Ops, V512>(pool, x, dy, dw, accumulate, workspace);
        }
        else if (Simd.Level == SimdLevel.Vector256)
        {
            Run<TT, Vector256<float>, Vector256Ops, V256>(pool, x, dy, dw, accumulate, workspace);
        }
        else
        {
            Run<TT, float, ScalarOps, V1>(pool, x, dy, dw, accumulate, workspace);
        }
    }

    private unsafe void Run<TT, TV, TOps, TSum>(WorkerPool pool, float* x, float* dy, float* dw, bool accumulate, float* workspace)
        where TT : struct, IWinogradTransform
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
        where TSum : unmanaged, ISimd<TSum>
    {
        var cursor = new WorkspaceCursor(workspace);
        float* parts = cursor.Take(PartFloats);
        bool inPlace = Parts == 1;
        var job = new WinogradFilterGradientJob<TT, TV, TOps>
        {
            Shape = this,
            X = new TileSource
            {
                Values = x,
                Blocks = Geometry.InputBlocks,
                Height = Geometry.H,
                Width = Geometry.W,
                Top = Geometry.PadH,
                Left = Geometry.PadW,
            },
            Dy = new TileSource { Values = dy, Blocks = Geometry.OutputBlocks, Height = Geometry.HOut, Width = Geometry.WOut },
            Dw = inPlace ? dw : parts,
            Accumulate = inPlace && accumulate,
            Scratch = cursor.Take(ScratchFloats * pool.Threads),
        };
        pool.Run(ref job, Items);
        if (!inPlace)
        {
            SumParts.Run<TSum>(pool, parts, Parts, Geometry.FilterFloats, dw, accumulate);
        }
    }
}
