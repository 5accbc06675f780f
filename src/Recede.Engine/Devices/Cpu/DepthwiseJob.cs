using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu;

/// <summary>A band of rows of one block of one image of a <see cref="DepthwiseConvolution"/>.</summary>
internal unsafe struct DepthwiseJob<TV> : IParallelJob
    where TV : unmanaged, ISimd<TV>
{
    private const int Lanes = Simd.Lanes;

    public InputWindow Window;
    public int RowsPerItem;
    public int Bands;
    public int Channels;
    public float* X;
    public float* Weights;
    public nint WeightBlock;
    public ConvolutionEpilogue Epilogue;
    public TapOutput Output;

    /// <summary>Each tap's offset from its pixel in bytes, then its filter row in floats.</summary>
    public int* Taps;
    public int TapCount;
    public float* Scratch;

    public void Run(int item, int worker)
    {
        int firstRow = item % Bands * RowsPerItem;
        int rows = Math.Min(RowsPerItem, Window.OutputHeight - firstRow);
        int block = item / Bands % Window.Blocks;
        int image = item / (Bands * Window.Blocks);
        float* x = null;
        if (TapCount > 0)
        {
            float* stage = Scratch + (worker * Window.WindowFloats(1, RowsPerItem, 1));
            x = Window.Open<TV>(X, image, 1, firstRow, rows, block, 1, stage);
        }

        nint at = (image * Output.Image) + (block * Output.Block) + (firstRow * Output.Row);
        float* w = Weights + (block * WeightBlock);
        for (int lane = 0; lane < Lanes; lane += TV.Count)
        {
            var epilogue = new EpilogueLanes<TV>(Epilogue, (block * Lanes) + lane, Channels);
            for (int r = 0; r < rows; r++)
            {
                Row(x + (r * Window.StepH * Window.Row) + lane, w + lane, at + (r * Output.Row) + lane, epilogue);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Row(float* x, float* w, nint at, in EpilogueLanes<TV> lanes)
    {
        EpilogueLanes<TV> epilogue = lanes;
        int width = Window.OutputWidth;
        nint step = (nint)Window.StepW * Lanes;
        int* filterRows = Taps + TapCount;
        int p = 0;
        for (; p + 4 <= width; p += 4)
        {
            TV c0 = TV.Zero, c1 = TV.Zero, c2 = TV.Zero, c3 = TV.Zero;
            for (int t = 0; t < TapCount; t++)
            {
                float* xt = (float*)((byte*)x + Taps[t]);
                TV wt = TV.Load(w + filterRows[t]);
                c0 = TV.Fma(TV.Load(xt), wt, c0);
                c1 = TV.Fma(TV.Load(xt + step), wt, c1);
                c2 = TV.Fma(TV.Load(xt + (2 * step)), wt, c2);
                c3 = TV.Fma(TV.Load(xt + (3 * step)), wt, c3);
            }

            Write(at, c0, epilogue);
            Write(at + Output.Column, c1, epilogue);
            Write(at + (2 * Output.Column), c2, epilogue);
            Write(at + (3 * Output.Column), c3, epilogue);
            x += 4 * step;
            at += 4 * Output.Column;
        }

        for (; p < width; p++)
        {
            TV c = TV.Zero;
            for (int t = 0; t < TapCount; t++)
            {
                c = TV.Fma(TV.Load((float*)((byte*)x + Taps[t])), TV.Load(w + filterRows[t]), c);
            }

            Write(at, c, epilogue);
            x += step;
            at += Output.Column;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Write(nint at, TV sums, in EpilogueLanes<TV> epilogue) => TV.Store(
        Epilogue.Residual == null ? epilogue.Finish(sums) : epilogue.Finish(sums, TV.Load(Epilogue.Residual + at)), Output.Y + at);
}
