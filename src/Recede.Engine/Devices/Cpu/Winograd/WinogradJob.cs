using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>One work item of a <see cref="WinogradConvolution"/>.</summary>
internal unsafe struct WinogradJob<TT, TV, TOps, TS> : IParallelJob
    where TT : struct, IWinogradTransform
    where TV : unmanaged
    where TOps : struct, IVectorOps<TV>
    where TS : unmanaged, ISimd<TS>
{
    private const int Lanes = Simd.Lanes;

    public WinogradConvolution Shape;
    public TileSource Source;

    /// <summary>[output block][input block][tap][input channel][16].</summary>
    public float* Filters;

    /// <summary>The taps are in reverse order, as the data gradient reads them.</summary>
    public bool Reverse;
    public ConvolutionEpilogue Epilogue;
    public TapOutput Output;

    /// <summary>[group][output block][mean, sum of squared differences][16], or null.</summary>
    public float* Moments;

    /// <summary>The transformed inputs of all groups, if they are shared.</summary>
    public float* Shared;
    public float* Scratch;

    /// <summary>How many items later a worker finds its next one, on average.</summary>
    public int Workers;

    public readonly void Run(int item, int worker)
    {
        float* scratch = Scratch + (worker * Shape.ScratchFloats);
        if (Shape.SharesInput)
        {
            int group = item / Shape.Passes;
            Pass(group, item % Shape.Passes, Shared + (group * Shape.InputFloats), scratch, default);
            return;
        }

        for (int chunk = 0; chunk < Shape.Chunks; chunk++)
        {
            WinogradInputJob<TT, TV, TOps>.Transform(Shape, Source, item, chunk, scratch);
        }

        for (int pass = 0; pass < Shape.Passes; pass++)
        {
            Pass(item, pass, scratch, scratch + Shape.InputFloats, pass == 0 ? new ReadAhead(Source, Shape.Tiles, Shape.TileSize, item + Workers, Shape.Planes) : default);
        }
    }

    // The products of a group's tiles with some output blocks, and their outputs.
    private readonly void Pass(int group, int pass, float* input, float* scratch, in ReadAhead next)
    {
        Shape.Tiles.Locate(group, out int image, out int images, out int row, out int rows);
        int tiles = images * rows * Shape.Tiles.Width;
        int firstBlock = pass * Shape.BlocksPerPass;
        int blocks = Math.Min(Shape.BlocksPerPass, Shape.OutputBlocks - firstBlock);
        float* filters = scratch;
        float* products = filters + (Shape.Planes * Shape.FilterPlane);
        PanelArguments p;
        p.ARow = Shape.ChunkLanes;
        p.AStep = 1;
        p.BStep = Shape.PassLanes;
        p.CRow = Shape.PassLanes;
        for (int chunk = 0; chunk < Shape.Chunks; chunk++)
        {
            int firstChannel = chunk * (int)Shape.ChunkLanes;
            p.Count = Math.Min((int)Shape.ChunkLanes, Shape.InputChannels - firstChannel);
            p.Add = chunk > 0;
            for (int b = 0; b < blocks; b++)
            {
                TransformFilters(firstBlock + b, firstChannel, p.Count, filters + (b * Lanes));
            }

            float* chunkInput = input + (chunk * Shape.Planes * Shape.InputPlane);
            for (int plane = 0; plane < Shape.Planes; plane++)
            {
                if (chunk == 0)
                {
                    next.Ask(plane);
                }

                PanelProduct.Run<TV, TOps>(
                    p,
                    chunkInput + (plane * Shape.InputPlane),
                    filters + (plane * Shape.FilterPlane),
                    products + (plane * Shape.ProductPlane),
                    tiles,
                    blocks);
            }
        }

        var writer = new TileWriter<TT, TV, TOps, TS>
        {
            Output = Output,
            Epilogue = Epilogue,
            Channels = Shape.OutputChannels,
            Height = Shape.Height,
            Width = Shape.Width,
            Plane = Shape.ProductPlane,
            Tile = Shape.PassLanes,
        };
        for (int b = 0; b < blocks; b++)
        {
            int block = firstBlock + b;
            float* moments = Moments == null ? null : Moments + ((((nint)group * Shape.OutputBlocks) + block) * 2 * Lanes);
            writer.Write(products + (b * Lanes), block, image, images, row, rows, Shape.Tiles.Width, moments);
        }
    }

    // Of one output block and some input channels: plane by plane, channel by channel.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private readonly void TransformFilters(int outputBlock, int firstChannel, int channels, float* to)
    {
        int size = TT.Outputs + 2;
        float* half = stackalloc float[(size * 3 * Lanes) + Lanes];
        half = (float*)(((nint)half + 63) & ~63);
        nint plane = Shape.FilterPlane;
        float* filter = Filters + (((nint)outputBlock * Shape.InputChannels) + firstChannel) * 9 * Lanes;
        for (int first = 0; first < channels; first += Lanes)
        {
            int count = Math.Min(Lanes, channels - first);
            nint tap = (nint)count * Lanes;
            nint step = Reverse ? -tap : tap;
            float* start = filter + ((nint)first * 9 * Lanes) + (Reverse ? 8 * tap : 0);
            for (int c = 0; c < count; c++)
            {
                for (int lane = 0; lane < Lanes; lane += sizeof(TV) / sizeof(float))
                {
                    float* from = start + (c * Lanes) + lane;
                    for (int k = 0; k < 3; k++)
                    {
                        TT.Filter<TV, TOps>(from + (k * step), 3 * step, half + (k * Lanes), 3 * Lanes);
                    }

                    for (int r = 0; r < size; r++)
                    {
                        TT.Filter<TV, TOps>(half + (r * 3 * Lanes), Lanes, to + lane + (r * size * plane), plane);
                    }
                }

                to += Shape.PassLanes;
            }
        }
    }
}
