namespace Recede.Engine.Devices.Cpu;

/// <summary>One work item of a <see cref="FilterGradient"/>.</summary>
internal unsafe struct FilterGradientJob<TV> : IParallelJob
    where TV : unmanaged, ISimd<TV>
{
    private const int Lanes = Simd.Lanes;

    public FilterGradient Shape;
    public float* X;
    public float* Dy;

    /// <summary>The gradients of the parts, one after another.</summary>
    public float* Dw;
    public bool Accumulate;
    public int* Taps;
    public int* XPixels;
    public int* DyPixels;
    public float* Scratch;

    public void Run(int item, int worker)
    {
        int inputSplit = item % Shape.InputSplits;
        int outputSplit = item / Shape.InputSplits % Shape.OutputSplits;
        int part = item / (Shape.InputSplits * Shape.OutputSplits);
        int input = inputSplit * Shape.InputBlocksPerItem;
        int inputs = Math.Min(Shape.InputBlocksPerItem, Shape.Geometry.InputBlocks - input);
        int output = outputSplit * Shape.OutputBlocksPerItem;
        int outputs = Math.Min(Shape.OutputBlocksPerItem, Shape.Geometry.OutputBlocks - output);
        nint plane = (nint)Shape.Geometry.HOut * Shape.Geometry.WOut * Lanes;
        float* dw = Dw + (part * (nint)Shape.Geometry.FilterFloats);
        float* stage = Scratch + (worker * Shape.ScratchFloats);
        int lastGroup = Math.Min((part + 1) * Shape.GroupsPerPart, Shape.Groups.Count);
        bool add = Accumulate;
        for (int group = part * Shape.GroupsPerPart; group < lastGroup; group++)
        {
            Shape.Groups.Locate(group, out int image, out int images, out int row, out int rows);
            float* x = Shape.Window.Open<TV>(X, image, images, row, rows, input, inputs, stage);
            float* dy = Dy + (((nint)image * Shape.Geometry.OutputBlocks) * plane) + ((nint)row * Shape.Geometry.WOut * Lanes);
            int pixels = images * rows * Shape.Geometry.WOut;
            for (int first = 0; first < pixels; first += FilterGradient.PixelsPerPass)
            {
                int count = Math.Min(FilterGradient.PixelsPerPass, pixels - first);
                for (int o = 0; o < outputs; o += 2)
                {
                    int blocks = Math.Min(2, outputs - o);
                    for (int i = 0; i < inputs; i++)
                    {
                        Add(x + (i * Shape.Window.Block), input + i, dy + ((output + o) * plane), output + o, blocks, first, count, dw, add);
                    }
                }

                add = true;
            }
        }

        for (int o = output; o < output + outputs; o++)
        {
            ClearPadding(dw, o, input, inputs);
        }
    }

    // All taps of one input block and one or two output blocks.
    private readonly void Add(
        float* x, int inputBlock, float* dy, int outputBlock, int blocks, int firstPixel, int count, float* dw, bool add)
    {
        int rows = Math.Min(Lanes, Shape.Geometry.C - (inputBlock * Lanes));
        nint dwBlock = (nint)Shape.Geometry.C * Shape.TapCount * Lanes;
        nint dyBlock = (nint)Shape.Geometry.HOut * Shape.Geometry.WOut * Lanes * sizeof(float);
        dw += (outputBlock * dwBlock) + ((nint)inputBlock * Lanes * Shape.TapCount * Lanes);
        nint step = (nint)rows * Lanes;
        if (blocks == 1 && TileKernelDispatch.HasRows && Shape.Window.HasRuns(TileKernelDispatch.Pixels))
        {
            for (int tap = 0; tap < Shape.TapCount; tap += 3, dw += 3 * step)
            {
                TileKernelDispatch.FilterRow(
                    (byte*)x + Taps[tap], XPixels + firstPixel, (byte*)dy, DyPixels + firstPixel, count, dw, step, rows, add);
            }

            return;
        }

        for (int tap = 0; tap < Shape.TapCount; tap++)
        {
            TileKernelDispatch.FilterTap(
                dyBlock, dwBlock, (byte*)x + Taps[tap], XPixels + firstPixel, (byte*)dy, DyPixels + firstPixel, count, dw, rows, blocks, add);
            dw += step;
        }
    }

    // Infinite inputs times the zeros of dy's padding are NaN: the padding is zero whatever was summed.
    private readonly void ClearPadding(float* dw, int outputBlock, int inputBlock, int inputBlocks)
    {
        int lanes = Shape.Geometry.O - (outputBlock * Lanes);
        if (lanes >= Lanes)
        {
            return;
        }

        int firstRow = inputBlock * Lanes * Shape.TapCount;
        int lastRow = Math.Min((inputBlock + inputBlocks) * Lanes, Shape.Geometry.C) * Shape.TapCount;
        dw += outputBlock * (nint)Shape.Geometry.C * Shape.TapCount * Lanes;
        for (int r = firstRow; r < lastRow; r++)
        {
            for (int lane = lanes; lane < Lanes; lane++)
            {
                dw[((nint)r * Lanes) + lane] = 0f;
            }
        }
    }
}
