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
    public float* Bias;
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

        float* valid = stackalloc float[Lanes];
        for (int lane = 0; lane < Lanes; lane++)
        {
            valid[lane] = (block * Lanes) + lane < Channels ? 1f : 0f;
        }

        float* y = Output.Y + (image * Output.Image) + (block * Output.Block) + (firstRow * Output.Row);
        float* w = Weights + (block * WeightBlock);
        for (int r = 0; r < rows; r++)
        {
            for (int lane = 0; lane < Lanes; lane += TV.Count)
            {
                TV bias = Bias == null ? TV.Zero : TV.Load(Bias + (block * Lanes) + lane);
                Row(x + (r * Window.StepH * Window.Row) + lane, w + lane, y + (r * Output.Row) + lane, bias, TV.Load(valid + lane));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Row(float* x, float* w, float* y, TV bias, TV valid)
    {
        int width = Window.OutputWidth;
        nint step = (nint)Window.StepW * Lanes;
        int* filterRows = Taps + TapCount;
        int p = 0;
        for (; p + 4 <= width; p += 4)
        {
            TV c0 = bias, c1 = bias, c2 = bias, c3 = bias;
            for (int t = 0; t < TapCount; t++)
            {
                float* xt = (float*)((byte*)x + Taps[t]);
                TV wt = TV.Load(w + filterRows[t]);
                c0 = TV.Fma(TV.Load(xt), wt, c0);
                c1 = TV.Fma(TV.Load(xt + step), wt, c1);
                c2 = TV.Fma(TV.Load(xt + (2 * step)), wt, c2);
                c3 = TV.Fma(TV.Load(xt + (3 * step)), wt, c3);
            }

            Write(y, c0, valid);
            Write(y + Output.Column, c1, valid);
            Write(y + (2 * Output.Column), c2, valid);
            Write(y + (3 * Output.Column), c3, valid);
            x += 4 * step;
            y += 4 * Output.Column;
        }

        for (; p < width; p++)
        {
            TV c = bias;
            for (int t = 0; t < TapCount; t++)
            {
                c = TV.Fma(TV.Load((float*)((byte*)x + Taps[t])), TV.Load(w + filterRows[t]), c);
            }

            Write(y, c, valid);
            x += step;
            y += Output.Column;
        }
    }

    // The padding lanes stay zero whatever was summed.
    private readonly void Write(float* y, TV value, TV valid)
    {
        value = TV.SelectGreater(valid, TV.Zero, value, TV.Zero);
        TV.Store(Output.Accumulate ? TV.Load(y) + value : value, y);
    }
}
