using System.Runtime.Intrinsics;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>Runs the forward pass and the data gradient of a <see cref="WinogradConvolution"/>.</summary>
internal static unsafe class WinogradRun
{
    private const int Lanes = Simd.Lanes;

    public static long ForwardFloats(in WinogradConvolution shape, int workers)
    {
        var workspace = new WorkspaceCursor(null);
        workspace.Take(shape.MomentFloats);
        return workspace.Floats + ScratchFloats(shape, workers);
    }

    public static long BackwardDataFloats(in ConvolutionGeometry g, in WinogradConvolution shape, int workers)
    {
        var workspace = new WorkspaceCursor(null);
        workspace.Take(TurnFiltersJob.Floats(g));
        return workspace.Floats + ScratchFloats(shape, workers);
    }

    public static void Forward(
        WorkerPool pool, in WinogradConvolution shape, float* x, float* w, float* y, in ConvolutionEpilogue epilogue, float* workspace)
    {
        var cursor = new WorkspaceCursor(workspace);
        float* parts = cursor.Take(shape.MomentFloats);
        Run(pool, shape, x, w, false, y, epilogue, epilogue.Moments == null ? null : parts, cursor);
        if (epilogue.Moments != null)
        {
            ChannelMoments.Merge(pool, shape.Pixels, shape.OutputChannels, parts, epilogue.Moments);
        }
    }

    public static void BackwardData(
        WorkerPool pool, in ConvolutionGeometry g, in WinogradConvolution shape, float* dy, float* w, float* dx, bool accumulate, float* workspace)
    {
        var cursor = new WorkspaceCursor(workspace);
        float* turned = cursor.Take(TurnFiltersJob.Floats(g));
        var turn = new TurnFiltersJob { Geometry = g, Filters = w, Turned = turned };
        pool.Run(ref turn, g.InputBlocks * g.OutputBlocks);
        var epilogue = new ConvolutionEpilogue { Residual = accumulate ? dx : null, Streams = g.Streams && !accumulate };
        Run(pool, shape, dy, turned, true, dx, epilogue, null, cursor);
    }

    private static long ScratchFloats(in WinogradConvolution shape, int workers)
    {
        var workspace = new WorkspaceCursor(null);
        workspace.Take(shape.SharedFloats);
        workspace.Take(shape.SharedFilterFloats);
        workspace.Take(shape.ScratchFloats * workers);
        return workspace.Floats;
    }

    private static void Run(
        WorkerPool pool,
        in WinogradConvolution shape,
        float* x,
        float* w,
        bool reverse,
        float* y,
        in ConvolutionEpilogue epilogue,
        float* moments,
        WorkspaceCursor workspace)
    {
        if (shape.TileSize == 4)
        {
            Run<WinogradF4>(pool, shape, x, w, reverse, y, epilogue, moments, workspace);
        }
        else
        {
            Run<WinogradF2>(pool, shape, x, w, reverse, y, epilogue, moments, workspace);
        }
    }

    private static void Run<TT>(
        WorkerPool pool,
        in WinogradConvolution shape,
        float* x,
        float* w,
        bool reverse,
        float* y,
        in ConvolutionEpilogue epilogue,
        float* moments,
        WorkspaceCursor workspace)
        where TT : struct, IWinogradTransform
    {
        if (Simd.Level == SimdLevel.Vector512)
        {
            Run<TT, Vector512<float>, Vector512Ops, V512>(pool, shape, x, w, reverse, y, epilogue, moments, workspace);
        }
        else if (Simd.Level == SimdLevel.Vector256)
        {
            Run<TT, Vector256<float>, Vector256Ops, V256>(pool, shape, x, w, reverse, y, epilogue, moments, workspace);
        }
        else
        {
            Run<TT, float, ScalarOps, V1>(pool, shape, x, w, reverse, y, epilogue, moments, workspace);
        }
    }

    private static void Run<TT, TV, TOps, TS>(
        WorkerPool pool,
        in WinogradConvolution shape,
        float* x,
        float* w,
        bool reverse,
        float* y,
        in ConvolutionEpilogue epilogue,
        float* moments,
        WorkspaceCursor workspace)
        where TT : struct, IWinogradTransform
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
        where TS : unmanaged, ISimd<TS>
    {
        float* shared = workspace.Take(shape.SharedFloats);
        float* sharedFilters = workspace.Take(shape.SharedFilterFloats);
        float* scratch = workspace.Take(shape.ScratchFloats * pool.Threads);
        var source = new TileSource
        {
            Values = x,
            Blocks = shape.InputBlocks,
            Height = shape.InputHeight,
            Width = shape.InputWidth,
            Top = shape.Top,
            Left = shape.Left,
        };
        if (shape.SharesInput)
        {
            var inputs = new WinogradInputJob<TT, TV, TOps> { Shape = shape, Source = source, Shared = shared };
            pool.Run(ref inputs, shape.Tiles.Count * shape.Chunks);
        }

        if (shape.SharesFilters)
        {
            var filters = new WinogradFilterJob<TT, TV, TOps> { Shape = shape, Filters = w, Reverse = reverse, Shared = sharedFilters };
            pool.Run(ref filters, shape.OutputBlocks * shape.Chunks);
        }

        nint row = (nint)shape.Width * Lanes;
        var job = new WinogradJob<TT, TV, TOps, TS>
        {
            Shape = shape,
            Source = source,
            Filters = w,
            Reverse = reverse,
            Epilogue = epilogue,
            Output = new TapOutput
            {
                Y = y,
                Image = shape.OutputBlocks * shape.Height * row,
                Block = shape.Height * row,
                Row = row,
                Column = Lanes,
            },
            Moments = moments,
            SharedFilters = shape.SharesFilters ? sharedFilters : null,
            Shared = shared,
            Scratch = scratch,
        };
        pool.Run(ref job, shape.Items);
    }
}
