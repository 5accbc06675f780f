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

    /// <summary>The transformed filters, [pass][chunk], if they are shared, or null.</summary>
    public float* SharedFilters;

    /// <summary>The transformed inputs of all groups, if they are shared.</summary>
    public float* Shared;
    public float* Scratch;

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
            Pass(item, pass, scratch, scratch + Shape.InputFloats, pass == 0 ? new ReadAhead(Source, Shape.Tiles, Shape.TileSize, item + 1, Shape.Planes) : default);
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
        float* products = filters + (Shape.SharesFilters ? 0 : Shape.FilterFloats);
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
            if (SharedFilters != null)
            {
                filters = SharedFilters + (((pass * Shape.Chunks) + chunk) * Shape.FilterFloats);
            }
            else
            {
                for (int b = 0; b < blocks; b++)
                {
                    WinogradFilterJob<TT, TV, TOps>.Transform(Shape, Filters, Reverse, firstBlock + b, chunk, filters + (b * Lanes));
                }
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
}
