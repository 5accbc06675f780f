using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu;

/// <summary>One work item of a <see cref="TapConvolution"/>.</summary>
internal unsafe struct TapConvolutionJob<TV> : IParallelJob
    where TV : unmanaged, ISimd<TV>
{
    private const int Lanes = Simd.Lanes;
    private const int TilePixels = TileKernelDispatch.Pixels;

    public TapConvolution Shape;
    public float* X;

    /// <summary>[output block][input block][tap][input channel][16].</summary>
    public float* Weights;

    public ConvolutionEpilogue Epilogue;
    public TapOutput Output;

    /// <summary>[pixel item][output block][mean, sum of squared differences][16], or null.</summary>
    public float* Moments;
    public int* Taps;
    public int* Pixels;
    public float* Scratch;

    public void Run(int item, int worker)
    {
        int split = item % Shape.Splits;
        int pixelItem = item / Shape.Splits;
        Shape.Pixels.Locate(pixelItem, out int image, out int images, out int row, out int rows);
        float* stage = Scratch + (worker * Shape.ScratchFloats);
        float* tile = stage + Shape.StageFloats;
        float* x = Shape.IsPlanar ? null : Shape.Window.Open<TV>(X, image, images, row, rows, 0, Shape.Window.Blocks, stage);
        int pixels = images * rows * Shape.Window.OutputWidth;
        int firstBlock = split * Shape.BlocksPerItem;
        int lastBlock = Math.Min(firstBlock + Shape.BlocksPerItem, Shape.OutputBlocks);
        for (int block = firstBlock; block < lastBlock; block += 2)
        {
            int blocks = Math.Min(2, lastBlock - block);
            if (Shape.IsPlanar)
            {
                PlanarSums.Run(Shape, X, Weights, Taps, image, images, row, rows, stage, tile);
            }
            else
            {
                Sum(x, tile, block, blocks, pixels);
            }

            for (int b = 0; b < blocks; b++)
            {
                float* values = tile + (b * (nint)Shape.PaddedPixels * Lanes);
                Write(values, block + b, image, images, row, rows);
                if (Moments != null)
                {
                    float* bias = Epilogue.Bias == null ? null : Epilogue.Bias + ((block + b) * Lanes);
                    float* to = Moments + ((((nint)pixelItem * Shape.OutputBlocks) + block + b) * 2 * Lanes);
                    ChannelMoments.OfPixels<TV>(values, pixels, bias, to);
                }
            }
        }
    }

    // The sums over all taps and input channels, into the output tile [block][pixel][16].
    [SkipLocalsInit]
    private readonly void Sum(float* x, float* tile, int block, int blocks, int pixels)
    {
        int taps = Shape.TapCount;
        int inputBlocks = Shape.Window.Blocks;
        nint weightBlock = Shape.WeightBlock;
        nint tileBlock = (nint)Shape.PaddedPixels * Lanes;
        TileArguments a = default;
        a.Taps = Taps;
        a.TapCount = taps;
        a.BlockBytes = Shape.Window.Block * sizeof(float);

        bool byRows = TileKernelDispatch.HasRows && Shape.Window.HasRuns(TilePixels);
        int step = byRows ? TileKernelDispatch.PixelsAtMost / blocks : TilePixels;

        // The last call may have fewer pixels: the missing ones repeat the last, or its run, and are not read afterwards.
        int whole = pixels / step * step;
        int* tail = stackalloc int[TileKernelDispatch.PixelsAtMost];
        for (int p = 0; p < step; p++)
        {
            tail[p] = Pixels[Math.Min(whole + p, byRows ? pixels - TilePixels : pixels - 1)];
        }

        for (int first = 0; first < inputBlocks; first += Shape.BlocksPerChunk)
        {
            int chunk = Math.Min(Shape.BlocksPerChunk, inputBlocks - first);
            bool isLast = first + chunk == inputBlocks;
            a.Blocks = chunk;
            a.LastRows = isLast ? Shape.InputChannels - ((inputBlocks - 1) * Lanes) : Lanes;
            byte* xc = (byte*)(x + (first * Shape.Window.Block));
            float* w = Weights + (block * weightBlock) + ((nint)first * taps * Lanes * Lanes);
            for (int p = 0; p < pixels; p += step)
            {
                int* offsets = p < whole ? Pixels + p : tail;
                float* to = tile + ((nint)p * Lanes);
                if (byRows)
                {
                    TileKernelDispatch.Row(ref a, weightBlock, tileBlock, xc, offsets, w, to, blocks, first > 0);
                }
                else
                {
                    TileKernelDispatch.Tile(ref a, weightBlock, tileBlock, xc, offsets, w, to, blocks, first > 0);
                }
            }
        }
    }

    // From the tile to its place in the output, through the epilogue.
    private readonly void Write(float* values, int block, int image, int images, int row, int rows)
    {
        int width = Shape.Window.OutputWidth;
        bool isDense = Output.Column == Lanes && Output.Row == width * Lanes;
        int runs = isDense ? 1 : rows;
        int run = isDense ? rows * width : width;
        for (int lane = 0; lane < Lanes; lane += TV.Count)
        {
            var lanes = new EpilogueLanes<TV>(Epilogue, (block * Lanes) + lane, Shape.OutputChannels);
            float* from = values + lane;
            for (int n = 0; n < images; n++)
            {
                for (int r = 0; r < runs; r++)
                {
                    nint at = ((image + n) * Output.Image) + (block * Output.Block) + ((row + r) * Output.Row) + lane;
                    WriteRun(from, at, run, lanes);
                    from += run * Lanes;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void WriteRun(float* values, nint at, int count, in EpilogueLanes<TV> lanes)
    {
        EpilogueLanes<TV> epilogue = lanes;
        nint step = Output.Column;
        float* y = Output.Y + at;
        if (Epilogue.Residual == null)
        {
            for (int p = 0; p < count; p++, values += Lanes, y += step)
            {
                epilogue.Store(epilogue.Finish(TV.Load(values)), y);
            }

            return;
        }

        float* residual = Epilogue.Residual + at;
        for (int p = 0; p < count; p++, values += Lanes, y += step, residual += step)
        {
            epilogue.Store(epilogue.Finish(TV.Load(values), TV.Load(residual)), y);
        }
    }
}
