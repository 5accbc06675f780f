using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>One work item of a <see cref="WinogradFilterGradient"/>.</summary>
internal unsafe struct WinogradFilterGradientJob<TT, TV, TOps> : IParallelJob
    where TT : struct, IWinogradTransform
    where TV : unmanaged
    where TOps : struct, IVectorOps<TV>
{
    private const int Lanes = Simd.Lanes;

    public WinogradFilterGradient Shape;
    public TileSource X;
    public TileSource Dy;

    /// <summary>The gradients of the parts, one after another.</summary>
    public float* Dw;
    public bool Accumulate;
    public float* Scratch;

    public readonly void Run(int item, int worker)
    {
        int inputSplit = item % Shape.InputSplits;
        int outputSplit = item / Shape.InputSplits % Shape.OutputSplits;
        int part = item / (Shape.InputSplits * Shape.OutputSplits);
        int input = inputSplit * Shape.InputBlocksPerItem;
        int inputs = Math.Min(Shape.InputBlocksPerItem, Shape.Geometry.InputBlocks - input);
        int channels = Math.Min(inputs * Lanes, Shape.Geometry.C - (input * Lanes));
        int output = outputSplit * Shape.OutputBlocksPerItem;
        int outputs = Math.Min(Shape.OutputBlocksPerItem, Shape.Geometry.OutputBlocks - output);
        float* x = Scratch + (worker * Shape.ScratchFloats);
        float* dy = x + (Shape.Planes * Shape.InputPlane);
        float* products = dy + (Shape.Planes * Shape.OutputPlane);
        PanelArguments p;
        p.ARow = 1;
        p.AStep = Shape.InputLanes;
        p.BStep = Shape.OutputLanes;
        p.CRow = Shape.OutputLanes;
        p.Add = false;
        int lastGroup = Math.Min((part + 1) * Shape.GroupsPerPart, Shape.Groups.Count);
        for (int group = part * Shape.GroupsPerPart; group < lastGroup; group++)
        {
            Shape.Groups.Locate(group, out int image, out int images, out int row, out int rows);
            int columns = Shape.Groups.Width;
            X.Transform<InputTile<TT>, TV, TOps>(image, images, row, rows, columns, input, inputs, x, Shape.InputPlane, Shape.InputLanes);
            Dy.Transform<OutputTile<TT>, TV, TOps>(image, images, row, rows, columns, output, outputs, dy, Shape.OutputPlane, Shape.OutputLanes);
            p.Count = images * rows * columns;
            int next = group + 1;
            ReadAhead nextX = inputs == X.Blocks ? new(X, Shape.Groups, Shape.TileSize, next, Shape.Planes) : default;
            ReadAhead nextDy = outputs == Dy.Blocks ? new(Dy, Shape.Groups, Shape.TileSize, next, Shape.Planes) : default;
            for (int plane = 0; plane < Shape.Planes; plane++)
            {
                nextX.Ask(plane);
                nextDy.Ask(plane);
                PanelProduct.Run<TV, TOps>(
                    p,
                    x + (plane * Shape.InputPlane),
                    dy + (plane * Shape.OutputPlane),
                    products + (plane * Shape.ProductPlane),
                    channels,
                    outputs);
            }

            p.Add = true;
        }

        float* dw = Dw + (part * (nint)Shape.Geometry.FilterFloats);
        for (int b = 0; b < outputs; b++)
        {
            Write(products + (b * Lanes), output + b, input * Lanes, channels, dw);
        }
    }

    // The gradients of the taps of one output block and some input channels. Padding lanes become zero whatever was summed.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private readonly void Write(float* products, int outputBlock, int firstChannel, int channels, float* dw)
    {
        int size = TT.Outputs + 2;
        nint plane = Shape.ProductPlane;
        float* half = stackalloc float[(((size * 3) + 11) * Lanes)];
        half = (float*)(((nint)half + 63) & ~63);
        float* taps = half + (size * 3 * Lanes);
        float* mask = taps + (9 * Lanes);
        for (int lane = 0; lane < Lanes; lane++)
        {
            mask[lane] = BitConverter.Int32BitsToSingle((outputBlock * Lanes) + lane < Shape.Geometry.O ? -1 : 0);
        }

        dw += (((nint)outputBlock * Shape.Geometry.C) + firstChannel) * 9 * Lanes;
        for (int first = 0; first < channels; first += Lanes)
        {
            int count = Math.Min(Lanes, channels - first);
            for (int c = 0; c < count; c++)
            {
                float* from = products + ((first + c) * Shape.OutputLanes);
                for (int lane = 0; lane < Lanes; lane += sizeof(TV) / sizeof(float))
                {
                    for (int k = 0; k < size; k++)
                    {
                        TT.FilterGradient<TV, TOps>(from + (k * plane) + lane, size * plane, half + (k * Lanes), size * Lanes);
                    }

                    for (int k = 0; k < 3; k++)
                    {
                        TT.FilterGradient<TV, TOps>(half + (k * size * Lanes), Lanes, taps + (k * 3 * Lanes) + lane, Lanes);
                    }

                    TV keep = TOps.Load(mask + lane);
                    for (int tap = 0; tap < 9; tap++)
                    {
                        float* to = dw + ((((nint)first * 9) + (tap * count) + c) * Lanes) + lane;
                        TV gradient = TOps.And(TOps.Load(taps + (tap * Lanes) + lane), keep);
                        TOps.Store(Accumulate ? TOps.Add(TOps.Load(to), gradient) : gradient, to);
                    }
                }
            }
        }
    }
}
