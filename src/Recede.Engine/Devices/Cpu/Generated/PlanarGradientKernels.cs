// Written by kernel_generator.py, which stands beside this file: change that.
#nullable enable
using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Generated;

/// <summary>Inputs (a channel seen from a tap each) x output gradients, summed over pixels, which are the lanes.</summary>
internal static unsafe class PlanarGradientKernels
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Inputs6x4<TV, TOps>(float* x, int* offsets, float* dy, nint plane, nint count, float* sums, nint row)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        nint lanes = sizeof(TV) / sizeof(float);
        float* x0 = x + offsets[0];
        float* x1 = x + offsets[1];
        float* x2 = x + offsets[2];
        float* x3 = x + offsets[3];
        float* x4 = x + offsets[4];
        float* x5 = x + offsets[5];
        float* dy1 = dy + plane;
        float* dy2 = dy + (2 * plane);
        float* dy3 = dy + (3 * plane);
        TV c00 = TOps.Load(sums);
        TV c01 = TOps.Load(sums + Simd.Lanes);
        TV c02 = TOps.Load(sums + (2 * Simd.Lanes));
        TV c03 = TOps.Load(sums + (3 * Simd.Lanes));
        TV c10 = TOps.Load(sums + row);
        TV c11 = TOps.Load(sums + row + Simd.Lanes);
        TV c12 = TOps.Load(sums + row + (2 * Simd.Lanes));
        TV c13 = TOps.Load(sums + row + (3 * Simd.Lanes));
        TV c20 = TOps.Load(sums + (2 * row));
        TV c21 = TOps.Load(sums + (2 * row) + Simd.Lanes);
        TV c22 = TOps.Load(sums + (2 * row) + (2 * Simd.Lanes));
        TV c23 = TOps.Load(sums + (2 * row) + (3 * Simd.Lanes));
        TV c30 = TOps.Load(sums + (3 * row));
        TV c31 = TOps.Load(sums + (3 * row) + Simd.Lanes);
        TV c32 = TOps.Load(sums + (3 * row) + (2 * Simd.Lanes));
        TV c33 = TOps.Load(sums + (3 * row) + (3 * Simd.Lanes));
        TV c40 = TOps.Load(sums + (4 * row));
        TV c41 = TOps.Load(sums + (4 * row) + Simd.Lanes);
        TV c42 = TOps.Load(sums + (4 * row) + (2 * Simd.Lanes));
        TV c43 = TOps.Load(sums + (4 * row) + (3 * Simd.Lanes));
        TV c50 = TOps.Load(sums + (5 * row));
        TV c51 = TOps.Load(sums + (5 * row) + Simd.Lanes);
        TV c52 = TOps.Load(sums + (5 * row) + (2 * Simd.Lanes));
        TV c53 = TOps.Load(sums + (5 * row) + (3 * Simd.Lanes));
        nint p = 0;
        do
        {
            TV g0 = TOps.Load(dy + p);
            TV g1 = TOps.Load(dy1 + p);
            TV g2 = TOps.Load(dy2 + p);
            TV g3 = TOps.Load(dy3 + p);
            TV v0 = TOps.Load(x0 + p);
            c00 = TOps.Fma(v0, g0, c00);
            c01 = TOps.Fma(v0, g1, c01);
            c02 = TOps.Fma(v0, g2, c02);
            c03 = TOps.Fma(v0, g3, c03);
            TV v1 = TOps.Load(x1 + p);
            c10 = TOps.Fma(v1, g0, c10);
            c11 = TOps.Fma(v1, g1, c11);
            c12 = TOps.Fma(v1, g2, c12);
            c13 = TOps.Fma(v1, g3, c13);
            TV v2 = TOps.Load(x2 + p);
            c20 = TOps.Fma(v2, g0, c20);
            c21 = TOps.Fma(v2, g1, c21);
            c22 = TOps.Fma(v2, g2, c22);
            c23 = TOps.Fma(v2, g3, c23);
            TV v3 = TOps.Load(x3 + p);
            c30 = TOps.Fma(v3, g0, c30);
            c31 = TOps.Fma(v3, g1, c31);
            c32 = TOps.Fma(v3, g2, c32);
            c33 = TOps.Fma(v3, g3, c33);
            TV v4 = TOps.Load(x4 + p);
            c40 = TOps.Fma(v4, g0, c40);
            c41 = TOps.Fma(v4, g1, c41);
            c42 = TOps.Fma(v4, g2, c42);
            c43 = TOps.Fma(v4, g3, c43);
            TV v5 = TOps.Load(x5 + p);
            c50 = TOps.Fma(v5, g0, c50);
            c51 = TOps.Fma(v5, g1, c51);
            c52 = TOps.Fma(v5, g2, c52);
            c53 = TOps.Fma(v5, g3, c53);
            p += lanes;
        }
        while (p < count);

        TOps.Store(c00, sums);
        TOps.Store(c01, sums + Simd.Lanes);
        TOps.Store(c02, sums + (2 * Simd.Lanes));
        TOps.Store(c03, sums + (3 * Simd.Lanes));
        TOps.Store(c10, sums + row);
        TOps.Store(c11, sums + row + Simd.Lanes);
        TOps.Store(c12, sums + row + (2 * Simd.Lanes));
        TOps.Store(c13, sums + row + (3 * Simd.Lanes));
        TOps.Store(c20, sums + (2 * row));
        TOps.Store(c21, sums + (2 * row) + Simd.Lanes);
        TOps.Store(c22, sums + (2 * row) + (2 * Simd.Lanes));
        TOps.Store(c23, sums + (2 * row) + (3 * Simd.Lanes));
        TOps.Store(c30, sums + (3 * row));
        TOps.Store(c31, sums + (3 * row) + Simd.Lanes);
        TOps.Store(c32, sums + (3 * row) + (2 * Simd.Lanes));
        TOps.Store(c33, sums + (3 * row) + (3 * Simd.Lanes));
        TOps.Store(c40, sums + (4 * row));
        TOps.Store(c41, sums + (4 * row) + Simd.Lanes);
        TOps.Store(c42, sums + (4 * row) + (2 * Simd.Lanes));
        TOps.Store(c43, sums + (4 * row) + (3 * Simd.Lanes));
        TOps.Store(c50, sums + (5 * row));
        TOps.Store(c51, sums + (5 * row) + Simd.Lanes);
        TOps.Store(c52, sums + (5 * row) + (2 * Simd.Lanes));
        TOps.Store(c53, sums + (5 * row) + (3 * Simd.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Inputs6x3<TV, TOps>(float* x, int* offsets, float* dy, nint plane, nint count, float* sums, nint row)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        nint lanes = sizeof(TV) / sizeof(float);
        float* x0 = x + offsets[0];
        float* x1 = x + offsets[1];
        float* x2 = x + offsets[2];
        float* x3 = x + offsets[3];
        float* x4 = x + offsets[4];
        float* x5 = x + offsets[5];
        float* dy1 = dy + plane;
        float* dy2 = dy + (2 * plane);
        TV c00 = TOps.Load(sums);
        TV c01 = TOps.Load(sums + Simd.Lanes);
        TV c02 = TOps.Load(sums + (2 * Simd.Lanes));
        TV c10 = TOps.Load(sums + row);
        TV c11 = TOps.Load(sums + row + Simd.Lanes);
        TV c12 = TOps.Load(sums + row + (2 * Simd.Lanes));
        TV c20 = TOps.Load(sums + (2 * row));
        TV c21 = TOps.Load(sums + (2 * row) + Simd.Lanes);
        TV c22 = TOps.Load(sums + (2 * row) + (2 * Simd.Lanes));
        TV c30 = TOps.Load(sums + (3 * row));
        TV c31 = TOps.Load(sums + (3 * row) + Simd.Lanes);
        TV c32 = TOps.Load(sums + (3 * row) + (2 * Simd.Lanes));
        TV c40 = TOps.Load(sums + (4 * row));
        TV c41 = TOps.Load(sums + (4 * row) + Simd.Lanes);
        TV c42 = TOps.Load(sums + (4 * row) + (2 * Simd.Lanes));
        TV c50 = TOps.Load(sums + (5 * row));
        TV c51 = TOps.Load(sums + (5 * row) + Simd.Lanes);
        TV c52 = TOps.Load(sums + (5 * row) + (2 * Simd.Lanes));
        nint p = 0;
        do
        {
            TV g0 = TOps.Load(dy + p);
            TV g1 = TOps.Load(dy1 + p);
            TV g2 = TOps.Load(dy2 + p);
            TV v0 = TOps.Load(x0 + p);
            c00 = TOps.Fma(v0, g0, c00);
            c01 = TOps.Fma(v0, g1, c01);
            c02 = TOps.Fma(v0, g2, c02);
            TV v1 = TOps.Load(x1 + p);
            c10 = TOps.Fma(v1, g0, c10);
            c11 = TOps.Fma(v1, g1, c11);
            c12 = TOps.Fma(v1, g2, c12);
            TV v2 = TOps.Load(x2 + p);
            c20 = TOps.Fma(v2, g0, c20);
            c21 = TOps.Fma(v2, g1, c21);
            c22 = TOps.Fma(v2, g2, c22);
            TV v3 = TOps.Load(x3 + p);
            c30 = TOps.Fma(v3, g0, c30);
            c31 = TOps.Fma(v3, g1, c31);
            c32 = TOps.Fma(v3, g2, c32);
            TV v4 = TOps.Load(x4 + p);
            c40 = TOps.Fma(v4, g0, c40);
            c41 = TOps.Fma(v4, g1, c41);
            c42 = TOps.Fma(v4, g2, c42);
            TV v5 = TOps.Load(x5 + p);
            c50 = TOps.Fma(v5, g0, c50);
            c51 = TOps.Fma(v5, g1, c51);
            c52 = TOps.Fma(v5, g2, c52);
            p += lanes;
        }
        while (p < count);

        TOps.Store(c00, sums);
        TOps.Store(c01, sums + Simd.Lanes);
        TOps.Store(c02, sums + (2 * Simd.Lanes));
        TOps.Store(c10, sums + row);
        TOps.Store(c11, sums + row + Simd.Lanes);
        TOps.Store(c12, sums + row + (2 * Simd.Lanes));
        TOps.Store(c20, sums + (2 * row));
        TOps.Store(c21, sums + (2 * row) + Simd.Lanes);
        TOps.Store(c22, sums + (2 * row) + (2 * Simd.Lanes));
        TOps.Store(c30, sums + (3 * row));
        TOps.Store(c31, sums + (3 * row) + Simd.Lanes);
        TOps.Store(c32, sums + (3 * row) + (2 * Simd.Lanes));
        TOps.Store(c40, sums + (4 * row));
        TOps.Store(c41, sums + (4 * row) + Simd.Lanes);
        TOps.Store(c42, sums + (4 * row) + (2 * Simd.Lanes));
        TOps.Store(c50, sums + (5 * row));
        TOps.Store(c51, sums + (5 * row) + Simd.Lanes);
        TOps.Store(c52, sums + (5 * row) + (2 * Simd.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Inputs6x2<TV, TOps>(float* x, int* offsets, float* dy, nint plane, nint count, float* sums, nint row)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        nint lanes = sizeof(TV) / sizeof(float);
        float* x0 = x + offsets[0];
        float* x1 = x + offsets[1];
        float* x2 = x + offsets[2];
        float* x3 = x + offsets[3];
        float* x4 = x + offsets[4];
        float* x5 = x + offsets[5];
        float* dy1 = dy + plane;
        TV c00 = TOps.Load(sums);
        TV c01 = TOps.Load(sums + Simd.Lanes);
        TV c10 = TOps.Load(sums + row);
        TV c11 = TOps.Load(sums + row + Simd.Lanes);
        TV c20 = TOps.Load(sums + (2 * row));
        TV c21 = TOps.Load(sums + (2 * row) + Simd.Lanes);
        TV c30 = TOps.Load(sums + (3 * row));
        TV c31 = TOps.Load(sums + (3 * row) + Simd.Lanes);
        TV c40 = TOps.Load(sums + (4 * row));
        TV c41 = TOps.Load(sums + (4 * row) + Simd.Lanes);
        TV c50 = TOps.Load(sums + (5 * row));
        TV c51 = TOps.Load(sums + (5 * row) + Simd.Lanes);
        nint p = 0;
        do
        {
            TV g0 = TOps.Load(dy + p);
            TV g1 = TOps.Load(dy1 + p);
            TV v0 = TOps.Load(x0 + p);
            c00 = TOps.Fma(v0, g0, c00);
            c01 = TOps.Fma(v0, g1, c01);
            TV v1 = TOps.Load(x1 + p);
            c10 = TOps.Fma(v1, g0, c10);
            c11 = TOps.Fma(v1, g1, c11);
            TV v2 = TOps.Load(x2 + p);
            c20 = TOps.Fma(v2, g0, c20);
            c21 = TOps.Fma(v2, g1, c21);
            TV v3 = TOps.Load(x3 + p);
            c30 = TOps.Fma(v3, g0, c30);
            c31 = TOps.Fma(v3, g1, c31);
            TV v4 = TOps.Load(x4 + p);
            c40 = TOps.Fma(v4, g0, c40);
            c41 = TOps.Fma(v4, g1, c41);
            TV v5 = TOps.Load(x5 + p);
            c50 = TOps.Fma(v5, g0, c50);
            c51 = TOps.Fma(v5, g1, c51);
            p += lanes;
        }
        while (p < count);

        TOps.Store(c00, sums);
        TOps.Store(c01, sums + Simd.Lanes);
        TOps.Store(c10, sums + row);
        TOps.Store(c11, sums + row + Simd.Lanes);
        TOps.Store(c20, sums + (2 * row));
        TOps.Store(c21, sums + (2 * row) + Simd.Lanes);
        TOps.Store(c30, sums + (3 * row));
        TOps.Store(c31, sums + (3 * row) + Simd.Lanes);
        TOps.Store(c40, sums + (4 * row));
        TOps.Store(c41, sums + (4 * row) + Simd.Lanes);
        TOps.Store(c50, sums + (5 * row));
        TOps.Store(c51, sums + (5 * row) + Simd.Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Inputs6x1<TV, TOps>(float* x, int* offsets, float* dy, nint plane, nint count, float* sums, nint row)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        nint lanes = sizeof(TV) / sizeof(float);
        float* x0 = x + offsets[0];
        float* x1 = x + offsets[1];
        float* x2 = x + offsets[2];
        float* x3 = x + offsets[3];
        float* x4 = x + offsets[4];
        float* x5 = x + offsets[5];
        TV c00 = TOps.Load(sums);
        TV c10 = TOps.Load(sums + row);
        TV c20 = TOps.Load(sums + (2 * row));
        TV c30 = TOps.Load(sums + (3 * row));
        TV c40 = TOps.Load(sums + (4 * row));
        TV c50 = TOps.Load(sums + (5 * row));
        nint p = 0;
        do
        {
            TV g0 = TOps.Load(dy + p);
            TV v0 = TOps.Load(x0 + p);
            c00 = TOps.Fma(v0, g0, c00);
            TV v1 = TOps.Load(x1 + p);
            c10 = TOps.Fma(v1, g0, c10);
            TV v2 = TOps.Load(x2 + p);
            c20 = TOps.Fma(v2, g0, c20);
            TV v3 = TOps.Load(x3 + p);
            c30 = TOps.Fma(v3, g0, c30);
            TV v4 = TOps.Load(x4 + p);
            c40 = TOps.Fma(v4, g0, c40);
            TV v5 = TOps.Load(x5 + p);
            c50 = TOps.Fma(v5, g0, c50);
            p += lanes;
        }
        while (p < count);

        TOps.Store(c00, sums);
        TOps.Store(c10, sums + row);
        TOps.Store(c20, sums + (2 * row));
        TOps.Store(c30, sums + (3 * row));
        TOps.Store(c40, sums + (4 * row));
        TOps.Store(c50, sums + (5 * row));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Inputs3x4<TV, TOps>(float* x, int* offsets, float* dy, nint plane, nint count, float* sums, nint row)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        nint lanes = sizeof(TV) / sizeof(float);
        float* x0 = x + offsets[0];
        float* x1 = x + offsets[1];
        float* x2 = x + offsets[2];
        float* dy1 = dy + plane;
        float* dy2 = dy + (2 * plane);
        float* dy3 = dy + (3 * plane);
        TV c00 = TOps.Load(sums);
        TV c01 = TOps.Load(sums + Simd.Lanes);
        TV c02 = TOps.Load(sums + (2 * Simd.Lanes));
        TV c03 = TOps.Load(sums + (3 * Simd.Lanes));
        TV c10 = TOps.Load(sums + row);
        TV c11 = TOps.Load(sums + row + Simd.Lanes);
        TV c12 = TOps.Load(sums + row + (2 * Simd.Lanes));
        TV c13 = TOps.Load(sums + row + (3 * Simd.Lanes));
        TV c20 = TOps.Load(sums + (2 * row));
        TV c21 = TOps.Load(sums + (2 * row) + Simd.Lanes);
        TV c22 = TOps.Load(sums + (2 * row) + (2 * Simd.Lanes));
        TV c23 = TOps.Load(sums + (2 * row) + (3 * Simd.Lanes));
        nint p = 0;
        do
        {
            TV g0 = TOps.Load(dy + p);
            TV g1 = TOps.Load(dy1 + p);
            TV g2 = TOps.Load(dy2 + p);
            TV g3 = TOps.Load(dy3 + p);
            TV v0 = TOps.Load(x0 + p);
            c00 = TOps.Fma(v0, g0, c00);
            c01 = TOps.Fma(v0, g1, c01);
            c02 = TOps.Fma(v0, g2, c02);
            c03 = TOps.Fma(v0, g3, c03);
            TV v1 = TOps.Load(x1 + p);
            c10 = TOps.Fma(v1, g0, c10);
            c11 = TOps.Fma(v1, g1, c11);
            c12 = TOps.Fma(v1, g2, c12);
            c13 = TOps.Fma(v1, g3, c13);
            TV v2 = TOps.Load(x2 + p);
            c20 = TOps.Fma(v2, g0, c20);
            c21 = TOps.Fma(v2, g1, c21);
            c22 = TOps.Fma(v2, g2, c22);
            c23 = TOps.Fma(v2, g3, c23);
            p += lanes;
        }
        while (p < count);

        TOps.Store(c00, sums);
        TOps.Store(c01, sums + Simd.Lanes);
        TOps.Store(c02, sums + (2 * Simd.Lanes));
        TOps.Store(c03, sums + (3 * Simd.Lanes));
        TOps.Store(c10, sums + row);
        TOps.Store(c11, sums + row + Simd.Lanes);
        TOps.Store(c12, sums + row + (2 * Simd.Lanes));
        TOps.Store(c13, sums + row + (3 * Simd.Lanes));
        TOps.Store(c20, sums + (2 * row));
        TOps.Store(c21, sums + (2 * row) + Simd.Lanes);
        TOps.Store(c22, sums + (2 * row) + (2 * Simd.Lanes));
        TOps.Store(c23, sums + (2 * row) + (3 * Simd.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Inputs3x3<TV, TOps>(float* x, int* offsets, float* dy, nint plane, nint count, float* sums, nint row)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        nint lanes = sizeof(TV) / sizeof(float);
        float* x0 = x + offsets[0];
        float* x1 = x + offsets[1];
        float* x2 = x + offsets[2];
        float* dy1 = dy + plane;
        float* dy2 = dy + (2 * plane);
        TV c00 = TOps.Load(sums);
        TV c01 = TOps.Load(sums + Simd.Lanes);
        TV c02 = TOps.Load(sums + (2 * Simd.Lanes));
        TV c10 = TOps.Load(sums + row);
        TV c11 = TOps.Load(sums + row + Simd.Lanes);
        TV c12 = TOps.Load(sums + row + (2 * Simd.Lanes));
        TV c20 = TOps.Load(sums + (2 * row));
        TV c21 = TOps.Load(sums + (2 * row) + Simd.Lanes);
        TV c22 = TOps.Load(sums + (2 * row) + (2 * Simd.Lanes));
        nint p = 0;
        do
        {
            TV g0 = TOps.Load(dy + p);
            TV g1 = TOps.Load(dy1 + p);
            TV g2 = TOps.Load(dy2 + p);
            TV v0 = TOps.Load(x0 + p);
            c00 = TOps.Fma(v0, g0, c00);
            c01 = TOps.Fma(v0, g1, c01);
            c02 = TOps.Fma(v0, g2, c02);
            TV v1 = TOps.Load(x1 + p);
            c10 = TOps.Fma(v1, g0, c10);
            c11 = TOps.Fma(v1, g1, c11);
            c12 = TOps.Fma(v1, g2, c12);
            TV v2 = TOps.Load(x2 + p);
            c20 = TOps.Fma(v2, g0, c20);
            c21 = TOps.Fma(v2, g1, c21);
            c22 = TOps.Fma(v2, g2, c22);
            p += lanes;
        }
        while (p < count);

        TOps.Store(c00, sums);
        TOps.Store(c01, sums + Simd.Lanes);
        TOps.Store(c02, sums + (2 * Simd.Lanes));
        TOps.Store(c10, sums + row);
        TOps.Store(c11, sums + row + Simd.Lanes);
        TOps.Store(c12, sums + row + (2 * Simd.Lanes));
        TOps.Store(c20, sums + (2 * row));
        TOps.Store(c21, sums + (2 * row) + Simd.Lanes);
        TOps.Store(c22, sums + (2 * row) + (2 * Simd.Lanes));
    }
}
