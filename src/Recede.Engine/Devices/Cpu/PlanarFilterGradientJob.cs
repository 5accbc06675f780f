using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Recede.Engine.Devices.Cpu.Generated;

namespace Recede.Engine.Devices.Cpu;

/// <summary>One work item of a <see cref="PlanarFilterGradient"/>.</summary>
internal unsafe struct PlanarFilterGradientJob<TV> : IParallelJob
    where TV : unmanaged, ISimd<TV>
{
    private const int Lanes = Simd.Lanes;
    private const int Call = PlanarFilterGradient.InputsPerCall;

    // The most outputs of a call of a kernel.
    private const int OutputsAtMost = 4;

    public PlanarFilterGradient Shape;
    public float* X;
    public float* Dy;

    /// <summary>The gradients of the parts, one after another.</summary>
    public float* Dw;
    public bool Accumulate;

    /// <summary>Where each channel is as each tap sees it, from a pixel's place in the first channel's plane, in floats.</summary>
    public int* Offsets;
    public float* Scratch;

    public readonly void Run(int item, int worker)
    {
        int block = item % Shape.Geometry.InputBlocks;
        int part = item / Shape.Geometry.InputBlocks;
        int channels = Math.Min(Lanes, Shape.Geometry.C - (block * Lanes));
        int outputs = Shape.Geometry.O;
        nint plane = Shape.Plane;
        float* x = Scratch + (worker * (nint)Shape.ScratchFloats);
        float* dy = x + (PlanarTranspose.Whole(Shape.InputChannels) * plane);
        float* sums = dy + (PlanarTranspose.Whole(outputs) * plane);
        NativeMemory.Clear(sums, (nuint)(Shape.SumFloats * sizeof(float)));
        int last = Math.Min((part + 1) * Shape.GroupsPerPart, Shape.Groups.Count);
        for (int group = part * Shape.GroupsPerPart; group < last; group++)
        {
            int count = Stage(group, block, channels, x, dy);
            if (Simd.Level == SimdLevel.Vector512)
            {
                Sum<Vector512<float>, Vector512Ops>(x, dy, count, channels, sums);
            }
            else if (Simd.Level == SimdLevel.Vector256)
            {
                Sum<Vector256<float>, Vector256Ops>(x, dy, count, channels, sums);
            }
            else
            {
                Sum<float, ScalarOps>(x, dy, count, channels, sums);
            }
        }

        Write(sums, block, channels, Dw + (part * (nint)Shape.Geometry.FilterFloats));
    }

    // A group's inputs and output gradients in planes; the pixels to sum, those between images included, whose gradients are zero.
    private readonly int Stage(int group, int block, int channels, float* x, float* dy)
    {
        Shape.Groups.Locate(group, out int image, out int images, out int row, out int rows);
        int outputs = Shape.Geometry.O;
        nint plane = Shape.Plane;
        int pitch = Shape.Input.WindowColumns;
        int perImage = Shape.Input.WindowRows(rows) * pitch;
        int filled = rows * pitch;
        for (int n = 0; n < images; n++)
        {
            Shape.Input.StagePlanes(X, image + n, block, channels, row, rows, x + (n * perImage), plane);
            Shape.Gradient.StagePlanes(Dy, image + n, 0, outputs, row, rows, dy + (n * perImage), plane);
            for (int o = 0; o < outputs; o++)
            {
                // To the next image, or as far as the last vector reads.
                Clear(dy + (o * plane) + (n * perImage) + filled, n + 1 < images ? perImage - filled : Lanes);
            }
        }

        for (int c = 0; c < channels; c++)
        {
            // These are multiplied by zeros, and so must be numbers.
            Clear(x + (c * plane) + (images * perImage), Lanes);
        }

        return ((images - 1) * perImage) + filled - (pitch - Shape.Input.OutputWidth);
    }

    private static void Clear(float* values, int count) => new Span<float>(values, count).Clear();

    // The outputs are shared out evenly, as PlanarSums has them. Sixteen registers hold half of a call's inputs with 3 or 4 outputs.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Sum<TW, TOps>(float* x, float* dy, int count, int channels, float* sums)
        where TW : unmanaged
        where TOps : struct, IVectorOps<TW>
    {
        int inputs = channels * Shape.Geometry.Taps;
        int outputs = Shape.Geometry.O;
        int calls = TapConvolution.Divide(outputs, OutputsAtMost);
        bool wide = sizeof(TW) == Lanes * sizeof(float);
        nint plane = Shape.Plane;
        nint row = (nint)outputs * Lanes;
        int first = 0;
        for (int call = 0; call < calls; call++)
        {
            int last = outputs * (call + 1) / calls;
            float* g = dy + (first * plane);
            float* to = sums + (first * Lanes);
            int* offsets = Offsets;
            for (int i = 0; i < inputs; i += Call, offsets += Call, to += Call * row)
            {
                switch (last - first)
                {
                    case 4 when wide:
                        PlanarGradientKernels.Inputs6x4<TW, TOps>(x, offsets, g, plane, count, to, row);
                        break;
                    case 3 when wide:
                        PlanarGradientKernels.Inputs6x3<TW, TOps>(x, offsets, g, plane, count, to, row);
                        break;
                    case 4:
                        PlanarGradientKernels.Inputs3x4<TW, TOps>(x, offsets, g, plane, count, to, row);
                        PlanarGradientKernels.Inputs3x4<TW, TOps>(x, offsets + (Call / 2), g, plane, count, to + (Call / 2 * row), row);
                        break;
                    case 3:
                        PlanarGradientKernels.Inputs3x3<TW, TOps>(x, offsets, g, plane, count, to, row);
                        PlanarGradientKernels.Inputs3x3<TW, TOps>(x, offsets + (Call / 2), g, plane, count, to + (Call / 2 * row), row);
                        break;
                    case 2:
                        PlanarGradientKernels.Inputs6x2<TW, TOps>(x, offsets, g, plane, count, to, row);
                        break;
                    default:
                        PlanarGradientKernels.Inputs6x1<TW, TOps>(x, offsets, g, plane, count, to, row);
                        break;
                }
            }

            first = last;
        }
    }

    // The sums of their lanes, to dw[tap][channel][16] of the block; its lanes beyond the outputs become zero.
    private readonly void Write(float* sums, int block, int channels, float* dw)
    {
        int taps = Shape.Geometry.Taps;
        int outputs = Shape.Geometry.O;
        dw += (nint)block * Lanes * taps * Lanes;
        for (int c = 0; c < channels; c++)
        {
            for (int t = 0; t < taps; t++)
            {
                float* to = dw + ((((nint)t * channels) + c) * Lanes);
                for (int o = 0; o < outputs; o++, sums += Lanes)
                {
                    float sum = TV.Sum(TV.Load(sums));
                    to[o] = Accumulate ? to[o] + sum : sum;
                }

                Clear(to + outputs, Lanes - outputs);
            }
        }
    }
}
