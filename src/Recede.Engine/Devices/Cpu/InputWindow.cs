using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// How a convolution's kernels see their input, an NCHW16c tensor: as a window that holds every place that a tap may
/// read, zeros included. Where no tap leaves the tensor the window is the tensor itself; else a part of it is copied
/// ("staged") into scratch with its border.
/// </summary>
internal unsafe struct InputWindow
{
    private const int Lanes = Simd.Lanes;

    public readonly int Blocks;
    public readonly int Height;
    public readonly int Width;
    public readonly int OutputHeight;
    public readonly int OutputWidth;
    public readonly int StepH;
    public readonly int StepW;
    public readonly TapAxis Rows;
    public readonly TapAxis Columns;

    /// <summary>The tensor itself can be read.</summary>
    public readonly bool Direct;

    /// <summary>The window's columns for one row of output pixels.</summary>
    public readonly int WindowColumns;

    private nint _row;
    private nint _block;
    private nint _image;

    public InputWindow(
        int blocks, int height, int width, int outputHeight, int outputWidth, int stepH, int stepW, TapAxis rows, TapAxis columns)
    {
        Blocks = blocks;
        Height = height;
        Width = width;
        OutputHeight = outputHeight;
        OutputWidth = outputWidth;
        StepH = stepH;
        StepW = stepW;
        Rows = rows;
        Columns = columns;
        WindowColumns = ((outputWidth - 1) * stepW) + columns.Span + 1;
        Direct = rows.Min >= 0
            && columns.Min >= 0
            && ((outputHeight - 1) * stepH) + rows.Max < height
            && ((outputWidth - 1) * stepW) + columns.Max < width;
        _row = (nint)width * Lanes;
        _block = height * _row;
        _image = blocks * _block;
    }

    /// <summary>What a convolution itself reads, and the gradient of its filters.</summary>
    public static InputWindow Forward(in ConvolutionGeometry g) => new(
        g.InputBlocks,
        g.H,
        g.W,
        g.HOut,
        g.WOut,
        g.StrideH,
        g.StrideW,
        TapAxis.Forward(g.KH, g.PadH, g.DilationH),
        TapAxis.Forward(g.KW, g.PadW, g.DilationW));

    /// <summary>What the gradients of the inputs a + StrideH t, b + StrideW s read of the output's; they may have no tap at all.</summary>
    public static InputWindow Phase(in ConvolutionGeometry g, int a, int b) => new(
        g.OutputBlocks,
        g.HOut,
        g.WOut,
        TapConvolution.Divide(g.H - a, g.StrideH),
        TapConvolution.Divide(g.W - b, g.StrideW),
        1,
        1,
        TapAxis.Backward(a, g.KH, g.StrideH, g.PadH, g.DilationH),
        TapAxis.Backward(b, g.KW, g.StrideW, g.PadW, g.DilationW));

    /// <summary>Each row of the filter is three neighbouring taps, and each row of outputs whole runs of so many neighbouring pixels.</summary>
    public readonly bool HasRuns(int pixels)
        => Columns.Count == 3 && Math.Abs(Columns.Step) == 1 && StepW == 1 && OutputWidth % pixels == 0;

    /// <summary>From one block of channels to the next, in floats.</summary>
    public readonly nint Block => _block;

    /// <summary>From one row to the next, in floats.</summary>
    public readonly nint Row => _row;

    public readonly int WindowRows(int outputRows) => ((outputRows - 1) * StepH) + Rows.Span + 1;

    /// <summary>The floats of the window of so many images, output rows and channel blocks.</summary>
    public readonly long WindowFloats(int images, int outputRows, int blocks)
        => (long)images * blocks * WindowRows(outputRows) * WindowColumns * Lanes;

    /// <summary>Fixes the strides: the most output rows and channel blocks that are staged together.</summary>
    public void Arrange(int outputRows, int blocks)
    {
        if (!Direct)
        {
            _row = (nint)WindowColumns * Lanes;
            _block = WindowRows(outputRows) * _row;
            _image = blocks * _block;
        }
    }

    /// <summary>Each tap's offset from its pixel, in bytes, row by row.</summary>
    public readonly void FillTaps(int* taps) => FillTaps(taps, _row * sizeof(float), Lanes * sizeof(float));

    /// <summary>Each tap's offset from its pixel where so much lies from one row to the next, and from one pixel to the next.</summary>
    public readonly void FillTaps(int* taps, nint row, int pixel)
    {
        for (int h = 0; h < Rows.Count; h++)
        {
            for (int w = 0; w < Columns.Count; w++)
            {
                nint at = ((Rows.First + (h * Rows.Step) - Rows.Min) * row) + ((Columns.First + (w * Columns.Step) - Columns.Min) * pixel);
                *taps++ = checked((int)at);
            }
        }
    }

    /// <summary>Each tap's row of a filter [KH, KW] of single input channels, in floats, in the order of the taps.</summary>
    public readonly void FillFilterOffsets(int* offsets, int kernelColumns)
    {
        for (int h = 0; h < Rows.Count; h++)
        {
            for (int w = 0; w < Columns.Count; w++)
            {
                int tapRow = Rows.FirstKernel + (h * Rows.KernelStep);
                int tapColumn = Columns.FirstKernel + (w * Columns.KernelStep);
                *offsets++ = ((tapRow * kernelColumns) + tapColumn) * Lanes;
            }
        }
    }

    /// <summary>Each output pixel's offset from the window's start, in bytes: images, then rows, then columns.</summary>
    public readonly void FillPixels(int* pixels, int images, int outputRows)
    {
        for (int n = 0; n < images; n++)
        {
            for (int h = 0; h < outputRows; h++)
            {
                nint row = (n * _image) + (h * StepH * _row);
                for (int w = 0; w < OutputWidth; w++)
                {
                    *pixels++ = checked((int)((row + (w * StepW * Lanes)) * sizeof(float)));
                }
            }
        }
    }

    /// <summary>
    /// The start of the window for some images, output rows and channel blocks, staged in <paramref name="scratch"/> if need be.
    /// </summary>
    public readonly float* Open<TV>(
        float* x, int image, int images, int outputRow, int outputRows, int block, int blocks, float* scratch)
        where TV : unmanaged, ISimd<TV>
    {
        nint plane = (nint)Height * Width * Lanes;
        float* source = x + ((((nint)image * Blocks) + block) * plane);
        int top = (outputRow * StepH) + Rows.Min;
        if (Direct)
        {
            return source + (((nint)top * Width) + Columns.Min) * Lanes;
        }

        int rows = WindowRows(outputRows);
        for (int n = 0; n < images; n++)
        {
            for (int b = 0; b < blocks; b++)
            {
                StagePlane<TV>(source + (((n * (nint)Blocks) + b) * plane), top, rows, scratch + (n * _image) + (b * _block));
            }
        }

        return scratch;
    }

    /// <summary>
    /// One image's part of a block of channels as planes, a channel each, so many floats apart; each holds the window's rows and columns.
    /// </summary>
    public readonly void StagePlanes(float* x, int image, int block, int channels, int outputRow, int outputRows, float* planes, nint plane)
    {
        float* source = x + ((((nint)image * Blocks) + block) * Height * Width * Lanes);
        int top = (outputRow * StepH) + Rows.Min;
        int left = Math.Clamp(-Columns.Min, 0, WindowColumns);
        int inside = Math.Clamp(Width - Columns.Min - left, 0, WindowColumns - left);
        int whole = PlanarTranspose.Whole(channels);
        for (int r = 0; r < WindowRows(outputRows); r++, planes += WindowColumns)
        {
            int h = top + r;
            bool isInside = h >= 0 && h < Height && inside > 0;
            int before = isInside ? left : WindowColumns;
            int behind = isInside ? left + inside : WindowColumns;
            for (int c = 0; c < whole; c++)
            {
                float* to = planes + (c * plane);
                for (int column = 0; column < before; column++)
                {
                    to[column] = 0;
                }

                for (int column = behind; column < WindowColumns; column++)
                {
                    to[column] = 0;
                }
            }

            if (isInside)
            {
                PlanarTranspose.ToPlanes(source + ((((nint)h * Width) + Columns.Min + left) * Lanes), inside, channels, planes + left, plane);
            }
        }
    }

    private readonly void StagePlane<TV>(float* plane, int top, int rows, float* target)
        where TV : unmanaged, ISimd<TV>
    {
        // Columns of the window left of the tensor, inside it, and right of it.
        int left = Math.Clamp(-Columns.Min, 0, WindowColumns);
        int inside = Math.Clamp(Width - Columns.Min - left, 0, WindowColumns - left);
        int right = WindowColumns - left - inside;
        for (int r = 0; r < rows; r++)
        {
            int h = top + r;
            if (h < 0 || h >= Height || inside == 0)
            {
                target = Zero<TV>(target, WindowColumns);
                continue;
            }

            target = Zero<TV>(target, left);
            target = Copy<TV>(plane + ((((nint)h * Width) + Columns.Min + left) * Lanes), target, inside);
            target = Zero<TV>(target, right);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float* Zero<TV>(float* target, int columns)
        where TV : unmanaged, ISimd<TV>
    {
        float* end = target + ((nint)columns * Lanes);
        for (; target < end; target += TV.Count)
        {
            TV.Store(TV.Zero, target);
        }

        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float* Copy<TV>(float* source, float* target, int columns)
        where TV : unmanaged, ISimd<TV>
    {
        float* end = target + ((nint)columns * Lanes);
        for (; target < end; target += TV.Count, source += TV.Count)
        {
            TV.Store(TV.Load(source), target);
        }

        return end;
    }
}
