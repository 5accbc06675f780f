// Written by kernel_generator.py, which stands beside this file: change that.
#nullable enable
using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Generated;

/// <summary>Input channels (rows) x vectors of output channels of one tap of the filter, summed over pixels in registers.</summary>
internal static unsafe class FilterGradientKernels
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows8x2<TV, TOps>(
        in FilterGradientArguments a, byte* x, int* xPixels, byte* dy, int* dyPixels, int count, float* dw, int rows, bool add)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        TV c00 = TOps.Zero;
        TV c01 = TOps.Zero;
        TV c10 = TOps.Zero;
        TV c11 = TOps.Zero;
        TV c20 = TOps.Zero;
        TV c21 = TOps.Zero;
        TV c30 = TOps.Zero;
        TV c31 = TOps.Zero;
        TV c40 = TOps.Zero;
        TV c41 = TOps.Zero;
        TV c50 = TOps.Zero;
        TV c51 = TOps.Zero;
        TV c60 = TOps.Zero;
        TV c61 = TOps.Zero;
        TV c70 = TOps.Zero;
        TV c71 = TOps.Zero;
        nint dyv = a.DyVectorBytes;
        nint t = 0;
        do
        {
            byte* g = dy + dyPixels[t];
            byte* k = x + xPixels[t];
            TV g0 = TOps.Load((float*)g);
            TV g1 = TOps.Load((float*)(g + dyv));
            TV v0 = TOps.Broadcast(*(float*)k);
            c00 = TOps.Fma(v0, g0, c00);
            c01 = TOps.Fma(v0, g1, c01);
            TV v1 = TOps.Broadcast(*(float*)(k + 4));
            c10 = TOps.Fma(v1, g0, c10);
            c11 = TOps.Fma(v1, g1, c11);
            TV v2 = TOps.Broadcast(*(float*)(k + 8));
            c20 = TOps.Fma(v2, g0, c20);
            c21 = TOps.Fma(v2, g1, c21);
            TV v3 = TOps.Broadcast(*(float*)(k + 12));
            c30 = TOps.Fma(v3, g0, c30);
            c31 = TOps.Fma(v3, g1, c31);
            TV v4 = TOps.Broadcast(*(float*)(k + 16));
            c40 = TOps.Fma(v4, g0, c40);
            c41 = TOps.Fma(v4, g1, c41);
            TV v5 = TOps.Broadcast(*(float*)(k + 20));
            c50 = TOps.Fma(v5, g0, c50);
            c51 = TOps.Fma(v5, g1, c51);
            TV v6 = TOps.Broadcast(*(float*)(k + 24));
            c60 = TOps.Fma(v6, g0, c60);
            c61 = TOps.Fma(v6, g1, c61);
            TV v7 = TOps.Broadcast(*(float*)(k + 28));
            c70 = TOps.Fma(v7, g0, c70);
            c71 = TOps.Fma(v7, g1, c71);
            t++;
        }
        while (t < count);

        nint dwv = a.DwVector;
        if (add)
        {
            c00 = TOps.Add(c00, TOps.Load(dw));
            c01 = TOps.Add(c01, TOps.Load(dw + dwv));

            if (rows > 1)
            {
                c10 = TOps.Add(c10, TOps.Load(dw + (1 * Simd.Lanes)));
                c11 = TOps.Add(c11, TOps.Load(dw + (1 * Simd.Lanes) + dwv));
            }

            if (rows > 2)
            {
                c20 = TOps.Add(c20, TOps.Load(dw + (2 * Simd.Lanes)));
                c21 = TOps.Add(c21, TOps.Load(dw + (2 * Simd.Lanes) + dwv));
            }

            if (rows > 3)
            {
                c30 = TOps.Add(c30, TOps.Load(dw + (3 * Simd.Lanes)));
                c31 = TOps.Add(c31, TOps.Load(dw + (3 * Simd.Lanes) + dwv));
            }

            if (rows > 4)
            {
                c40 = TOps.Add(c40, TOps.Load(dw + (4 * Simd.Lanes)));
                c41 = TOps.Add(c41, TOps.Load(dw + (4 * Simd.Lanes) + dwv));
            }

            if (rows > 5)
            {
                c50 = TOps.Add(c50, TOps.Load(dw + (5 * Simd.Lanes)));
                c51 = TOps.Add(c51, TOps.Load(dw + (5 * Simd.Lanes) + dwv));
            }

            if (rows > 6)
            {
                c60 = TOps.Add(c60, TOps.Load(dw + (6 * Simd.Lanes)));
                c61 = TOps.Add(c61, TOps.Load(dw + (6 * Simd.Lanes) + dwv));
            }

            if (rows > 7)
            {
                c70 = TOps.Add(c70, TOps.Load(dw + (7 * Simd.Lanes)));
                c71 = TOps.Add(c71, TOps.Load(dw + (7 * Simd.Lanes) + dwv));
            }
        }

        TOps.Store(c00, dw);
        TOps.Store(c01, dw + dwv);

        if (rows > 1)
        {
            TOps.Store(c10, dw + (1 * Simd.Lanes));
            TOps.Store(c11, dw + (1 * Simd.Lanes) + dwv);
        }

        if (rows > 2)
        {
            TOps.Store(c20, dw + (2 * Simd.Lanes));
            TOps.Store(c21, dw + (2 * Simd.Lanes) + dwv);
        }

        if (rows > 3)
        {
            TOps.Store(c30, dw + (3 * Simd.Lanes));
            TOps.Store(c31, dw + (3 * Simd.Lanes) + dwv);
        }

        if (rows > 4)
        {
            TOps.Store(c40, dw + (4 * Simd.Lanes));
            TOps.Store(c41, dw + (4 * Simd.Lanes) + dwv);
        }

        if (rows > 5)
        {
            TOps.Store(c50, dw + (5 * Simd.Lanes));
            TOps.Store(c51, dw + (5 * Simd.Lanes) + dwv);
        }

        if (rows > 6)
        {
            TOps.Store(c60, dw + (6 * Simd.Lanes));
            TOps.Store(c61, dw + (6 * Simd.Lanes) + dwv);
        }

        if (rows > 7)
        {
            TOps.Store(c70, dw + (7 * Simd.Lanes));
            TOps.Store(c71, dw + (7 * Simd.Lanes) + dwv);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows16x1<TV, TOps>(
        in FilterGradientArguments a, byte* x, int* xPixels, byte* dy, int* dyPixels, int count, float* dw, int rows, bool add)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        TV c0_0 = TOps.Zero;
        TV c1_0 = TOps.Zero;
        TV c2_0 = TOps.Zero;
        TV c3_0 = TOps.Zero;
        TV c4_0 = TOps.Zero;
        TV c5_0 = TOps.Zero;
        TV c6_0 = TOps.Zero;
        TV c7_0 = TOps.Zero;
        TV c8_0 = TOps.Zero;
        TV c9_0 = TOps.Zero;
        TV c10_0 = TOps.Zero;
        TV c11_0 = TOps.Zero;
        TV c12_0 = TOps.Zero;
        TV c13_0 = TOps.Zero;
        TV c14_0 = TOps.Zero;
        TV c15_0 = TOps.Zero;
        nint t = 0;
        do
        {
            byte* g = dy + dyPixels[t];
            byte* k = x + xPixels[t];
            TV g0 = TOps.Load((float*)g);
            TV v0 = TOps.Broadcast(*(float*)k);
            c0_0 = TOps.Fma(v0, g0, c0_0);
            TV v1 = TOps.Broadcast(*(float*)(k + 4));
            c1_0 = TOps.Fma(v1, g0, c1_0);
            TV v2 = TOps.Broadcast(*(float*)(k + 8));
            c2_0 = TOps.Fma(v2, g0, c2_0);
            TV v3 = TOps.Broadcast(*(float*)(k + 12));
            c3_0 = TOps.Fma(v3, g0, c3_0);
            TV v4 = TOps.Broadcast(*(float*)(k + 16));
            c4_0 = TOps.Fma(v4, g0, c4_0);
            TV v5 = TOps.Broadcast(*(float*)(k + 20));
            c5_0 = TOps.Fma(v5, g0, c5_0);
            TV v6 = TOps.Broadcast(*(float*)(k + 24));
            c6_0 = TOps.Fma(v6, g0, c6_0);
            TV v7 = TOps.Broadcast(*(float*)(k + 28));
            c7_0 = TOps.Fma(v7, g0, c7_0);
            TV v8 = TOps.Broadcast(*(float*)(k + 32));
            c8_0 = TOps.Fma(v8, g0, c8_0);
            TV v9 = TOps.Broadcast(*(float*)(k + 36));
            c9_0 = TOps.Fma(v9, g0, c9_0);
            TV v10 = TOps.Broadcast(*(float*)(k + 40));
            c10_0 = TOps.Fma(v10, g0, c10_0);
            TV v11 = TOps.Broadcast(*(float*)(k + 44));
            c11_0 = TOps.Fma(v11, g0, c11_0);
            TV v12 = TOps.Broadcast(*(float*)(k + 48));
            c12_0 = TOps.Fma(v12, g0, c12_0);
            TV v13 = TOps.Broadcast(*(float*)(k + 52));
            c13_0 = TOps.Fma(v13, g0, c13_0);
            TV v14 = TOps.Broadcast(*(float*)(k + 56));
            c14_0 = TOps.Fma(v14, g0, c14_0);
            TV v15 = TOps.Broadcast(*(float*)(k + 60));
            c15_0 = TOps.Fma(v15, g0, c15_0);
            t++;
        }
        while (t < count);

        if (add)
        {
            c0_0 = TOps.Add(c0_0, TOps.Load(dw));

            if (rows > 1)
            {
                c1_0 = TOps.Add(c1_0, TOps.Load(dw + (1 * Simd.Lanes)));
            }

            if (rows > 2)
            {
                c2_0 = TOps.Add(c2_0, TOps.Load(dw + (2 * Simd.Lanes)));
            }

            if (rows > 3)
            {
                c3_0 = TOps.Add(c3_0, TOps.Load(dw + (3 * Simd.Lanes)));
            }

            if (rows > 4)
            {
                c4_0 = TOps.Add(c4_0, TOps.Load(dw + (4 * Simd.Lanes)));
            }

            if (rows > 5)
            {
                c5_0 = TOps.Add(c5_0, TOps.Load(dw + (5 * Simd.Lanes)));
            }

            if (rows > 6)
            {
                c6_0 = TOps.Add(c6_0, TOps.Load(dw + (6 * Simd.Lanes)));
            }

            if (rows > 7)
            {
                c7_0 = TOps.Add(c7_0, TOps.Load(dw + (7 * Simd.Lanes)));
            }

            if (rows > 8)
            {
                c8_0 = TOps.Add(c8_0, TOps.Load(dw + (8 * Simd.Lanes)));
            }

            if (rows > 9)
            {
                c9_0 = TOps.Add(c9_0, TOps.Load(dw + (9 * Simd.Lanes)));
            }

            if (rows > 10)
            {
                c10_0 = TOps.Add(c10_0, TOps.Load(dw + (10 * Simd.Lanes)));
            }

            if (rows > 11)
            {
                c11_0 = TOps.Add(c11_0, TOps.Load(dw + (11 * Simd.Lanes)));
            }

            if (rows > 12)
            {
                c12_0 = TOps.Add(c12_0, TOps.Load(dw + (12 * Simd.Lanes)));
            }

            if (rows > 13)
            {
                c13_0 = TOps.Add(c13_0, TOps.Load(dw + (13 * Simd.Lanes)));
            }

            if (rows > 14)
            {
                c14_0 = TOps.Add(c14_0, TOps.Load(dw + (14 * Simd.Lanes)));
            }

            if (rows > 15)
            {
                c15_0 = TOps.Add(c15_0, TOps.Load(dw + (15 * Simd.Lanes)));
            }
        }

        TOps.Store(c0_0, dw);

        if (rows > 1)
        {
            TOps.Store(c1_0, dw + (1 * Simd.Lanes));
        }

        if (rows > 2)
        {
            TOps.Store(c2_0, dw + (2 * Simd.Lanes));
        }

        if (rows > 3)
        {
            TOps.Store(c3_0, dw + (3 * Simd.Lanes));
        }

        if (rows > 4)
        {
            TOps.Store(c4_0, dw + (4 * Simd.Lanes));
        }

        if (rows > 5)
        {
            TOps.Store(c5_0, dw + (5 * Simd.Lanes));
        }

        if (rows > 6)
        {
            TOps.Store(c6_0, dw + (6 * Simd.Lanes));
        }

        if (rows > 7)
        {
            TOps.Store(c7_0, dw + (7 * Simd.Lanes));
        }

        if (rows > 8)
        {
            TOps.Store(c8_0, dw + (8 * Simd.Lanes));
        }

        if (rows > 9)
        {
            TOps.Store(c9_0, dw + (9 * Simd.Lanes));
        }

        if (rows > 10)
        {
            TOps.Store(c10_0, dw + (10 * Simd.Lanes));
        }

        if (rows > 11)
        {
            TOps.Store(c11_0, dw + (11 * Simd.Lanes));
        }

        if (rows > 12)
        {
            TOps.Store(c12_0, dw + (12 * Simd.Lanes));
        }

        if (rows > 13)
        {
            TOps.Store(c13_0, dw + (13 * Simd.Lanes));
        }

        if (rows > 14)
        {
            TOps.Store(c14_0, dw + (14 * Simd.Lanes));
        }

        if (rows > 15)
        {
            TOps.Store(c15_0, dw + (15 * Simd.Lanes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows8x1<TV, TOps>(
        in FilterGradientArguments a, byte* x, int* xPixels, byte* dy, int* dyPixels, int count, float* dw, int rows, bool add)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        TV c00 = TOps.Zero;
        TV c10 = TOps.Zero;
        TV c20 = TOps.Zero;
        TV c30 = TOps.Zero;
        TV c40 = TOps.Zero;
        TV c50 = TOps.Zero;
        TV c60 = TOps.Zero;
        TV c70 = TOps.Zero;
        nint t = 0;
        do
        {
            byte* g = dy + dyPixels[t];
            byte* k = x + xPixels[t];
            TV g0 = TOps.Load((float*)g);
            TV v0 = TOps.Broadcast(*(float*)k);
            c00 = TOps.Fma(v0, g0, c00);
            TV v1 = TOps.Broadcast(*(float*)(k + 4));
            c10 = TOps.Fma(v1, g0, c10);
            TV v2 = TOps.Broadcast(*(float*)(k + 8));
            c20 = TOps.Fma(v2, g0, c20);
            TV v3 = TOps.Broadcast(*(float*)(k + 12));
            c30 = TOps.Fma(v3, g0, c30);
            TV v4 = TOps.Broadcast(*(float*)(k + 16));
            c40 = TOps.Fma(v4, g0, c40);
            TV v5 = TOps.Broadcast(*(float*)(k + 20));
            c50 = TOps.Fma(v5, g0, c50);
            TV v6 = TOps.Broadcast(*(float*)(k + 24));
            c60 = TOps.Fma(v6, g0, c60);
            TV v7 = TOps.Broadcast(*(float*)(k + 28));
            c70 = TOps.Fma(v7, g0, c70);
            t++;
        }
        while (t < count);

        if (add)
        {
            c00 = TOps.Add(c00, TOps.Load(dw));

            if (rows > 1)
            {
                c10 = TOps.Add(c10, TOps.Load(dw + (1 * Simd.Lanes)));
            }

            if (rows > 2)
            {
                c20 = TOps.Add(c20, TOps.Load(dw + (2 * Simd.Lanes)));
            }

            if (rows > 3)
            {
                c30 = TOps.Add(c30, TOps.Load(dw + (3 * Simd.Lanes)));
            }

            if (rows > 4)
            {
                c40 = TOps.Add(c40, TOps.Load(dw + (4 * Simd.Lanes)));
            }

            if (rows > 5)
            {
                c50 = TOps.Add(c50, TOps.Load(dw + (5 * Simd.Lanes)));
            }

            if (rows > 6)
            {
                c60 = TOps.Add(c60, TOps.Load(dw + (6 * Simd.Lanes)));
            }

            if (rows > 7)
            {
                c70 = TOps.Add(c70, TOps.Load(dw + (7 * Simd.Lanes)));
            }
        }

        TOps.Store(c00, dw);

        if (rows > 1)
        {
            TOps.Store(c10, dw + (1 * Simd.Lanes));
        }

        if (rows > 2)
        {
            TOps.Store(c20, dw + (2 * Simd.Lanes));
        }

        if (rows > 3)
        {
            TOps.Store(c30, dw + (3 * Simd.Lanes));
        }

        if (rows > 4)
        {
            TOps.Store(c40, dw + (4 * Simd.Lanes));
        }

        if (rows > 5)
        {
            TOps.Store(c50, dw + (5 * Simd.Lanes));
        }

        if (rows > 6)
        {
            TOps.Store(c60, dw + (6 * Simd.Lanes));
        }

        if (rows > 7)
        {
            TOps.Store(c70, dw + (7 * Simd.Lanes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows4x1<TV, TOps>(
        in FilterGradientArguments a, byte* x, int* xPixels, byte* dy, int* dyPixels, int count, float* dw, int rows, bool add)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        TV c000 = TOps.Zero;
        TV c001 = TOps.Zero;
        TV c100 = TOps.Zero;
        TV c101 = TOps.Zero;
        TV c200 = TOps.Zero;
        TV c201 = TOps.Zero;
        TV c300 = TOps.Zero;
        TV c301 = TOps.Zero;
        nint t = 0;
        for (; t + 1 < count; t += 2)
        {
            byte* g = dy + dyPixels[t];
            byte* k = x + xPixels[t];
            TV g0 = TOps.Load((float*)g);
            TV v0 = TOps.Broadcast(*(float*)k);
            c000 = TOps.Fma(v0, g0, c000);
            TV v1 = TOps.Broadcast(*(float*)(k + 4));
            c100 = TOps.Fma(v1, g0, c100);
            TV v2 = TOps.Broadcast(*(float*)(k + 8));
            c200 = TOps.Fma(v2, g0, c200);
            TV v3 = TOps.Broadcast(*(float*)(k + 12));
            c300 = TOps.Fma(v3, g0, c300);
            byte* gh = dy + dyPixels[t + 1];
            byte* kh = x + xPixels[t + 1];
            TV gh0 = TOps.Load((float*)gh);
            TV vh0 = TOps.Broadcast(*(float*)kh);
            c001 = TOps.Fma(vh0, gh0, c001);
            TV vh1 = TOps.Broadcast(*(float*)(kh + 4));
            c101 = TOps.Fma(vh1, gh0, c101);
            TV vh2 = TOps.Broadcast(*(float*)(kh + 8));
            c201 = TOps.Fma(vh2, gh0, c201);
            TV vh3 = TOps.Broadcast(*(float*)(kh + 12));
            c301 = TOps.Fma(vh3, gh0, c301);
        }

        if (t < count)
        {
            byte* g = dy + dyPixels[t];
            byte* k = x + xPixels[t];
            TV g0 = TOps.Load((float*)g);
            TV v0 = TOps.Broadcast(*(float*)k);
            c000 = TOps.Fma(v0, g0, c000);
            TV v1 = TOps.Broadcast(*(float*)(k + 4));
            c100 = TOps.Fma(v1, g0, c100);
            TV v2 = TOps.Broadcast(*(float*)(k + 8));
            c200 = TOps.Fma(v2, g0, c200);
            TV v3 = TOps.Broadcast(*(float*)(k + 12));
            c300 = TOps.Fma(v3, g0, c300);
        }

        c000 = TOps.Add(c000, c001);
        c100 = TOps.Add(c100, c101);
        c200 = TOps.Add(c200, c201);
        c300 = TOps.Add(c300, c301);

        if (add)
        {
            c000 = TOps.Add(c000, TOps.Load(dw));

            if (rows > 1)
            {
                c100 = TOps.Add(c100, TOps.Load(dw + (1 * Simd.Lanes)));
            }

            if (rows > 2)
            {
                c200 = TOps.Add(c200, TOps.Load(dw + (2 * Simd.Lanes)));
            }

            if (rows > 3)
            {
                c300 = TOps.Add(c300, TOps.Load(dw + (3 * Simd.Lanes)));
            }
        }

        TOps.Store(c000, dw);

        if (rows > 1)
        {
            TOps.Store(c100, dw + (1 * Simd.Lanes));
        }

        if (rows > 2)
        {
            TOps.Store(c200, dw + (2 * Simd.Lanes));
        }

        if (rows > 3)
        {
            TOps.Store(c300, dw + (3 * Simd.Lanes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rows4x2<TV, TOps>(
        in FilterGradientArguments a, byte* x, int* xPixels, byte* dy, int* dyPixels, int count, float* dw, int rows, bool add)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        TV c00 = TOps.Zero;
        TV c01 = TOps.Zero;
        TV c10 = TOps.Zero;
        TV c11 = TOps.Zero;
        TV c20 = TOps.Zero;
        TV c21 = TOps.Zero;
        TV c30 = TOps.Zero;
        TV c31 = TOps.Zero;
        nint dyv = a.DyVectorBytes;
        nint t = 0;
        do
        {
            byte* g = dy + dyPixels[t];
            byte* k = x + xPixels[t];
            TV g0 = TOps.Load((float*)g);
            TV g1 = TOps.Load((float*)(g + dyv));
            TV v0 = TOps.Broadcast(*(float*)k);
            c00 = TOps.Fma(v0, g0, c00);
            c01 = TOps.Fma(v0, g1, c01);
            TV v1 = TOps.Broadcast(*(float*)(k + 4));
            c10 = TOps.Fma(v1, g0, c10);
            c11 = TOps.Fma(v1, g1, c11);
            TV v2 = TOps.Broadcast(*(float*)(k + 8));
            c20 = TOps.Fma(v2, g0, c20);
            c21 = TOps.Fma(v2, g1, c21);
            TV v3 = TOps.Broadcast(*(float*)(k + 12));
            c30 = TOps.Fma(v3, g0, c30);
            c31 = TOps.Fma(v3, g1, c31);
            t++;
        }
        while (t < count);

        nint dwv = a.DwVector;
        if (add)
        {
            c00 = TOps.Add(c00, TOps.Load(dw));
            c01 = TOps.Add(c01, TOps.Load(dw + dwv));

            if (rows > 1)
            {
                c10 = TOps.Add(c10, TOps.Load(dw + (1 * Simd.Lanes)));
                c11 = TOps.Add(c11, TOps.Load(dw + (1 * Simd.Lanes) + dwv));
            }

            if (rows > 2)
            {
                c20 = TOps.Add(c20, TOps.Load(dw + (2 * Simd.Lanes)));
                c21 = TOps.Add(c21, TOps.Load(dw + (2 * Simd.Lanes) + dwv));
            }

            if (rows > 3)
            {
                c30 = TOps.Add(c30, TOps.Load(dw + (3 * Simd.Lanes)));
                c31 = TOps.Add(c31, TOps.Load(dw + (3 * Simd.Lanes) + dwv));
            }
        }

        TOps.Store(c00, dw);
        TOps.Store(c01, dw + dwv);

        if (rows > 1)
        {
            TOps.Store(c10, dw + (1 * Simd.Lanes));
            TOps.Store(c11, dw + (1 * Simd.Lanes) + dwv);
        }

        if (rows > 2)
        {
            TOps.Store(c20, dw + (2 * Simd.Lanes));
            TOps.Store(c21, dw + (2 * Simd.Lanes) + dwv);
        }

        if (rows > 3)
        {
            TOps.Store(c30, dw + (3 * Simd.Lanes));
            TOps.Store(c31, dw + (3 * Simd.Lanes) + dwv);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Taps3x4<TV, TOps>(byte* x, int* xPixels, byte* dy, int* dyPixels, int count, float* dw, nint tap, int rows, bool add)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        TV c00 = TOps.Zero;
        TV c01 = TOps.Zero;
        TV c02 = TOps.Zero;
        TV c03 = TOps.Zero;
        TV c10 = TOps.Zero;
        TV c11 = TOps.Zero;
        TV c12 = TOps.Zero;
        TV c13 = TOps.Zero;
        TV c20 = TOps.Zero;
        TV c21 = TOps.Zero;
        TV c22 = TOps.Zero;
        TV c23 = TOps.Zero;
        nint n = 0;
        do
        {
            byte* g = dy + dyPixels[n];
            byte* k = x + xPixels[n];
            TV g0 = TOps.Load((float*)g);
            TV g1 = TOps.Load((float*)(g + (1 * Simd.Lanes * sizeof(float))));
            TV g2 = TOps.Load((float*)(g + (2 * Simd.Lanes * sizeof(float))));
            TV g3 = TOps.Load((float*)(g + (3 * Simd.Lanes * sizeof(float))));
            TV g4 = TOps.Load((float*)(g + (4 * Simd.Lanes * sizeof(float))));
            TV g5 = TOps.Load((float*)(g + (5 * Simd.Lanes * sizeof(float))));
            TV g6 = TOps.Load((float*)(g + (6 * Simd.Lanes * sizeof(float))));
            TV g7 = TOps.Load((float*)(g + (7 * Simd.Lanes * sizeof(float))));
            TV v00 = TOps.Broadcast(*(float*)k);
            c00 = TOps.Fma(v00, g0, c00);
            TV v01 = TOps.Broadcast(*(float*)(k + 4));
            c01 = TOps.Fma(v01, g0, c01);
            TV v02 = TOps.Broadcast(*(float*)(k + 8));
            c02 = TOps.Fma(v02, g0, c02);
            TV v03 = TOps.Broadcast(*(float*)(k + 12));
            c03 = TOps.Fma(v03, g0, c03);
            TV v10 = TOps.Broadcast(*(float*)(k + (1 * Simd.Lanes * sizeof(float))));
            c00 = TOps.Fma(v10, g1, c00);
            c10 = TOps.Fma(v10, g0, c10);
            TV v11 = TOps.Broadcast(*(float*)(k + (1 * Simd.Lanes * sizeof(float)) + 4));
            c01 = TOps.Fma(v11, g1, c01);
            c11 = TOps.Fma(v11, g0, c11);
            TV v12 = TOps.Broadcast(*(float*)(k + (1 * Simd.Lanes * sizeof(float)) + 8));
            c02 = TOps.Fma(v12, g1, c02);
            c12 = TOps.Fma(v12, g0, c12);
            TV v13 = TOps.Broadcast(*(float*)(k + (1 * Simd.Lanes * sizeof(float)) + 12));
            c03 = TOps.Fma(v13, g1, c03);
            c13 = TOps.Fma(v13, g0, c13);
            TV v20 = TOps.Broadcast(*(float*)(k + (2 * Simd.Lanes * sizeof(float))));
            c00 = TOps.Fma(v20, g2, c00);
            c10 = TOps.Fma(v20, g1, c10);
            c20 = TOps.Fma(v20, g0, c20);
            TV v21 = TOps.Broadcast(*(float*)(k + (2 * Simd.Lanes * sizeof(float)) + 4));
            c01 = TOps.Fma(v21, g2, c01);
            c11 = TOps.Fma(v21, g1, c11);
            c21 = TOps.Fma(v21, g0, c21);
            TV v22 = TOps.Broadcast(*(float*)(k + (2 * Simd.Lanes * sizeof(float)) + 8));
            c02 = TOps.Fma(v22, g2, c02);
            c12 = TOps.Fma(v22, g1, c12);
            c22 = TOps.Fma(v22, g0, c22);
            TV v23 = TOps.Broadcast(*(float*)(k + (2 * Simd.Lanes * sizeof(float)) + 12));
            c03 = TOps.Fma(v23, g2, c03);
            c13 = TOps.Fma(v23, g1, c13);
            c23 = TOps.Fma(v23, g0, c23);
            TV v30 = TOps.Broadcast(*(float*)(k + (3 * Simd.Lanes * sizeof(float))));
            c00 = TOps.Fma(v30, g3, c00);
            c10 = TOps.Fma(v30, g2, c10);
            c20 = TOps.Fma(v30, g1, c20);
            TV v31 = TOps.Broadcast(*(float*)(k + (3 * Simd.Lanes * sizeof(float)) + 4));
            c01 = TOps.Fma(v31, g3, c01);
            c11 = TOps.Fma(v31, g2, c11);
            c21 = TOps.Fma(v31, g1, c21);
            TV v32 = TOps.Broadcast(*(float*)(k + (3 * Simd.Lanes * sizeof(float)) + 8));
            c02 = TOps.Fma(v32, g3, c02);
            c12 = TOps.Fma(v32, g2, c12);
            c22 = TOps.Fma(v32, g1, c22);
            TV v33 = TOps.Broadcast(*(float*)(k + (3 * Simd.Lanes * sizeof(float)) + 12));
            c03 = TOps.Fma(v33, g3, c03);
            c13 = TOps.Fma(v33, g2, c13);
            c23 = TOps.Fma(v33, g1, c23);
            TV v40 = TOps.Broadcast(*(float*)(k + (4 * Simd.Lanes * sizeof(float))));
            c00 = TOps.Fma(v40, g4, c00);
            c10 = TOps.Fma(v40, g3, c10);
            c20 = TOps.Fma(v40, g2, c20);
            TV v41 = TOps.Broadcast(*(float*)(k + (4 * Simd.Lanes * sizeof(float)) + 4));
            c01 = TOps.Fma(v41, g4, c01);
            c11 = TOps.Fma(v41, g3, c11);
            c21 = TOps.Fma(v41, g2, c21);
            TV v42 = TOps.Broadcast(*(float*)(k + (4 * Simd.Lanes * sizeof(float)) + 8));
            c02 = TOps.Fma(v42, g4, c02);
            c12 = TOps.Fma(v42, g3, c12);
            c22 = TOps.Fma(v42, g2, c22);
            TV v43 = TOps.Broadcast(*(float*)(k + (4 * Simd.Lanes * sizeof(float)) + 12));
            c03 = TOps.Fma(v43, g4, c03);
            c13 = TOps.Fma(v43, g3, c13);
            c23 = TOps.Fma(v43, g2, c23);
            TV v50 = TOps.Broadcast(*(float*)(k + (5 * Simd.Lanes * sizeof(float))));
            c00 = TOps.Fma(v50, g5, c00);
            c10 = TOps.Fma(v50, g4, c10);
            c20 = TOps.Fma(v50, g3, c20);
            TV v51 = TOps.Broadcast(*(float*)(k + (5 * Simd.Lanes * sizeof(float)) + 4));
            c01 = TOps.Fma(v51, g5, c01);
            c11 = TOps.Fma(v51, g4, c11);
            c21 = TOps.Fma(v51, g3, c21);
            TV v52 = TOps.Broadcast(*(float*)(k + (5 * Simd.Lanes * sizeof(float)) + 8));
            c02 = TOps.Fma(v52, g5, c02);
            c12 = TOps.Fma(v52, g4, c12);
            c22 = TOps.Fma(v52, g3, c22);
            TV v53 = TOps.Broadcast(*(float*)(k + (5 * Simd.Lanes * sizeof(float)) + 12));
            c03 = TOps.Fma(v53, g5, c03);
            c13 = TOps.Fma(v53, g4, c13);
            c23 = TOps.Fma(v53, g3, c23);
            TV v60 = TOps.Broadcast(*(float*)(k + (6 * Simd.Lanes * sizeof(float))));
            c00 = TOps.Fma(v60, g6, c00);
            c10 = TOps.Fma(v60, g5, c10);
            c20 = TOps.Fma(v60, g4, c20);
            TV v61 = TOps.Broadcast(*(float*)(k + (6 * Simd.Lanes * sizeof(float)) + 4));
            c01 = TOps.Fma(v61, g6, c01);
            c11 = TOps.Fma(v61, g5, c11);
            c21 = TOps.Fma(v61, g4, c21);
            TV v62 = TOps.Broadcast(*(float*)(k + (6 * Simd.Lanes * sizeof(float)) + 8));
            c02 = TOps.Fma(v62, g6, c02);
            c12 = TOps.Fma(v62, g5, c12);
            c22 = TOps.Fma(v62, g4, c22);
            TV v63 = TOps.Broadcast(*(float*)(k + (6 * Simd.Lanes * sizeof(float)) + 12));
            c03 = TOps.Fma(v63, g6, c03);
            c13 = TOps.Fma(v63, g5, c13);
            c23 = TOps.Fma(v63, g4, c23);
            TV v70 = TOps.Broadcast(*(float*)(k + (7 * Simd.Lanes * sizeof(float))));
            c00 = TOps.Fma(v70, g7, c00);
            c10 = TOps.Fma(v70, g6, c10);
            c20 = TOps.Fma(v70, g5, c20);
            TV v71 = TOps.Broadcast(*(float*)(k + (7 * Simd.Lanes * sizeof(float)) + 4));
            c01 = TOps.Fma(v71, g7, c01);
            c11 = TOps.Fma(v71, g6, c11);
            c21 = TOps.Fma(v71, g5, c21);
            TV v72 = TOps.Broadcast(*(float*)(k + (7 * Simd.Lanes * sizeof(float)) + 8));
            c02 = TOps.Fma(v72, g7, c02);
            c12 = TOps.Fma(v72, g6, c12);
            c22 = TOps.Fma(v72, g5, c22);
            TV v73 = TOps.Broadcast(*(float*)(k + (7 * Simd.Lanes * sizeof(float)) + 12));
            c03 = TOps.Fma(v73, g7, c03);
            c13 = TOps.Fma(v73, g6, c13);
            c23 = TOps.Fma(v73, g5, c23);
            TV v80 = TOps.Broadcast(*(float*)(k + (8 * Simd.Lanes * sizeof(float))));
            c10 = TOps.Fma(v80, g7, c10);
            c20 = TOps.Fma(v80, g6, c20);
            TV v81 = TOps.Broadcast(*(float*)(k + (8 * Simd.Lanes * sizeof(float)) + 4));
            c11 = TOps.Fma(v81, g7, c11);
            c21 = TOps.Fma(v81, g6, c21);
            TV v82 = TOps.Broadcast(*(float*)(k + (8 * Simd.Lanes * sizeof(float)) + 8));
            c12 = TOps.Fma(v82, g7, c12);
            c22 = TOps.Fma(v82, g6, c22);
            TV v83 = TOps.Broadcast(*(float*)(k + (8 * Simd.Lanes * sizeof(float)) + 12));
            c13 = TOps.Fma(v83, g7, c13);
            c23 = TOps.Fma(v83, g6, c23);
            TV v90 = TOps.Broadcast(*(float*)(k + (9 * Simd.Lanes * sizeof(float))));
            c20 = TOps.Fma(v90, g7, c20);
            TV v91 = TOps.Broadcast(*(float*)(k + (9 * Simd.Lanes * sizeof(float)) + 4));
            c21 = TOps.Fma(v91, g7, c21);
            TV v92 = TOps.Broadcast(*(float*)(k + (9 * Simd.Lanes * sizeof(float)) + 8));
            c22 = TOps.Fma(v92, g7, c22);
            TV v93 = TOps.Broadcast(*(float*)(k + (9 * Simd.Lanes * sizeof(float)) + 12));
            c23 = TOps.Fma(v93, g7, c23);
            n += 8;
        }
        while (n < count);

        if (add)
        {
            c00 = TOps.Add(c00, TOps.Load(dw));
            c01 = rows > 1 ? TOps.Add(c01, TOps.Load(dw + (1 * Simd.Lanes))) : c01;
            c02 = rows > 2 ? TOps.Add(c02, TOps.Load(dw + (2 * Simd.Lanes))) : c02;
            c03 = rows > 3 ? TOps.Add(c03, TOps.Load(dw + (3 * Simd.Lanes))) : c03;
        }

        TOps.Store(c00, dw);

        if (rows > 1)
        {
            TOps.Store(c01, dw + (1 * Simd.Lanes));
        }

        if (rows > 2)
        {
            TOps.Store(c02, dw + (2 * Simd.Lanes));
        }

        if (rows > 3)
        {
            TOps.Store(c03, dw + (3 * Simd.Lanes));
        }

        dw += tap;

        if (add)
        {
            c10 = TOps.Add(c10, TOps.Load(dw));
            c11 = rows > 1 ? TOps.Add(c11, TOps.Load(dw + (1 * Simd.Lanes))) : c11;
            c12 = rows > 2 ? TOps.Add(c12, TOps.Load(dw + (2 * Simd.Lanes))) : c12;
            c13 = rows > 3 ? TOps.Add(c13, TOps.Load(dw + (3 * Simd.Lanes))) : c13;
        }

        TOps.Store(c10, dw);

        if (rows > 1)
        {
            TOps.Store(c11, dw + (1 * Simd.Lanes));
        }

        if (rows > 2)
        {
            TOps.Store(c12, dw + (2 * Simd.Lanes));
        }

        if (rows > 3)
        {
            TOps.Store(c13, dw + (3 * Simd.Lanes));
        }

        dw += tap;

        if (add)
        {
            c20 = TOps.Add(c20, TOps.Load(dw));
            c21 = rows > 1 ? TOps.Add(c21, TOps.Load(dw + (1 * Simd.Lanes))) : c21;
            c22 = rows > 2 ? TOps.Add(c22, TOps.Load(dw + (2 * Simd.Lanes))) : c22;
            c23 = rows > 3 ? TOps.Add(c23, TOps.Load(dw + (3 * Simd.Lanes))) : c23;
        }

        TOps.Store(c20, dw);

        if (rows > 1)
        {
            TOps.Store(c21, dw + (1 * Simd.Lanes));
        }

        if (rows > 2)
        {
            TOps.Store(c22, dw + (2 * Simd.Lanes));
        }

        if (rows > 3)
        {
            TOps.Store(c23, dw + (3 * Simd.Lanes));
        }
    }
}
