// Written by kernel_generator.py, which stands beside this file: change that.
#nullable enable
using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Generated;

/// <summary>Rows x vectors of the product of two panels, summed in registers.</summary>
internal static unsafe class PanelKernels
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panel6x4<TV, TOps>(in PanelArguments p, float* a, float* b, float* c)
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
        TV c30 = TOps.Zero;
        TV c31 = TOps.Zero;
        TV c32 = TOps.Zero;
        TV c33 = TOps.Zero;
        TV c40 = TOps.Zero;
        TV c41 = TOps.Zero;
        TV c42 = TOps.Zero;
        TV c43 = TOps.Zero;
        TV c50 = TOps.Zero;
        TV c51 = TOps.Zero;
        TV c52 = TOps.Zero;
        TV c53 = TOps.Zero;
        nint row = p.ARow;
        nint aStep = p.AStep;
        nint bStep = p.BStep;
        nint lanes = sizeof(TV) / sizeof(float);
        float* a3 = a + (3 * row);
        int n = p.Count;
        do
        {
            TV b0 = TOps.Load(b);
            TV b1 = TOps.Load(b + lanes);
            TV b2 = TOps.Load(b + (2 * lanes));
            TV b3 = TOps.Load(b + (3 * lanes));
            TV v0 = TOps.Broadcast(*a);
            c00 = TOps.Fma(v0, b0, c00);
            c01 = TOps.Fma(v0, b1, c01);
            c02 = TOps.Fma(v0, b2, c02);
            c03 = TOps.Fma(v0, b3, c03);
            TV v1 = TOps.Broadcast(*(a + row));
            c10 = TOps.Fma(v1, b0, c10);
            c11 = TOps.Fma(v1, b1, c11);
            c12 = TOps.Fma(v1, b2, c12);
            c13 = TOps.Fma(v1, b3, c13);
            TV v2 = TOps.Broadcast(*(a + (2 * row)));
            c20 = TOps.Fma(v2, b0, c20);
            c21 = TOps.Fma(v2, b1, c21);
            c22 = TOps.Fma(v2, b2, c22);
            c23 = TOps.Fma(v2, b3, c23);
            TV v3 = TOps.Broadcast(*a3);
            c30 = TOps.Fma(v3, b0, c30);
            c31 = TOps.Fma(v3, b1, c31);
            c32 = TOps.Fma(v3, b2, c32);
            c33 = TOps.Fma(v3, b3, c33);
            TV v4 = TOps.Broadcast(*(a3 + row));
            c40 = TOps.Fma(v4, b0, c40);
            c41 = TOps.Fma(v4, b1, c41);
            c42 = TOps.Fma(v4, b2, c42);
            c43 = TOps.Fma(v4, b3, c43);
            TV v5 = TOps.Broadcast(*(a3 + (2 * row)));
            c50 = TOps.Fma(v5, b0, c50);
            c51 = TOps.Fma(v5, b1, c51);
            c52 = TOps.Fma(v5, b2, c52);
            c53 = TOps.Fma(v5, b3, c53);
            a += aStep;
            a3 += aStep;
            b += bStep;
            n--;
        }
        while (n > 0);

        nint cRow = p.CRow;
        if (p.Add)
        {
            float* t = c;
            c00 = TOps.Add(c00, TOps.Load(t));
            c01 = TOps.Add(c01, TOps.Load(t + lanes));
            c02 = TOps.Add(c02, TOps.Load(t + (2 * lanes)));
            c03 = TOps.Add(c03, TOps.Load(t + (3 * lanes)));
            t += cRow;
            c10 = TOps.Add(c10, TOps.Load(t));
            c11 = TOps.Add(c11, TOps.Load(t + lanes));
            c12 = TOps.Add(c12, TOps.Load(t + (2 * lanes)));
            c13 = TOps.Add(c13, TOps.Load(t + (3 * lanes)));
            t += cRow;
            c20 = TOps.Add(c20, TOps.Load(t));
            c21 = TOps.Add(c21, TOps.Load(t + lanes));
            c22 = TOps.Add(c22, TOps.Load(t + (2 * lanes)));
            c23 = TOps.Add(c23, TOps.Load(t + (3 * lanes)));
            t += cRow;
            c30 = TOps.Add(c30, TOps.Load(t));
            c31 = TOps.Add(c31, TOps.Load(t + lanes));
            c32 = TOps.Add(c32, TOps.Load(t + (2 * lanes)));
            c33 = TOps.Add(c33, TOps.Load(t + (3 * lanes)));
            t += cRow;
            c40 = TOps.Add(c40, TOps.Load(t));
            c41 = TOps.Add(c41, TOps.Load(t + lanes));
            c42 = TOps.Add(c42, TOps.Load(t + (2 * lanes)));
            c43 = TOps.Add(c43, TOps.Load(t + (3 * lanes)));
            t += cRow;
            c50 = TOps.Add(c50, TOps.Load(t));
            c51 = TOps.Add(c51, TOps.Load(t + lanes));
            c52 = TOps.Add(c52, TOps.Load(t + (2 * lanes)));
            c53 = TOps.Add(c53, TOps.Load(t + (3 * lanes)));
        }

        TOps.Store(c00, c);
        TOps.Store(c01, c + lanes);
        TOps.Store(c02, c + (2 * lanes));
        TOps.Store(c03, c + (3 * lanes));
        c += cRow;
        TOps.Store(c10, c);
        TOps.Store(c11, c + lanes);
        TOps.Store(c12, c + (2 * lanes));
        TOps.Store(c13, c + (3 * lanes));
        c += cRow;
        TOps.Store(c20, c);
        TOps.Store(c21, c + lanes);
        TOps.Store(c22, c + (2 * lanes));
        TOps.Store(c23, c + (3 * lanes));
        c += cRow;
        TOps.Store(c30, c);
        TOps.Store(c31, c + lanes);
        TOps.Store(c32, c + (2 * lanes));
        TOps.Store(c33, c + (3 * lanes));
        c += cRow;
        TOps.Store(c40, c);
        TOps.Store(c41, c + lanes);
        TOps.Store(c42, c + (2 * lanes));
        TOps.Store(c43, c + (3 * lanes));
        c += cRow;
        TOps.Store(c50, c);
        TOps.Store(c51, c + lanes);
        TOps.Store(c52, c + (2 * lanes));
        TOps.Store(c53, c + (3 * lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panel4x4<TV, TOps>(in PanelArguments p, float* a, float* b, float* c)
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
        TV c30 = TOps.Zero;
        TV c31 = TOps.Zero;
        TV c32 = TOps.Zero;
        TV c33 = TOps.Zero;
        nint row = p.ARow;
        nint aStep = p.AStep;
        nint bStep = p.BStep;
        nint lanes = sizeof(TV) / sizeof(float);
        float* a3 = a + (3 * row);
        int n = p.Count;
        do
        {
            TV b0 = TOps.Load(b);
            TV b1 = TOps.Load(b + lanes);
            TV b2 = TOps.Load(b + (2 * lanes));
            TV b3 = TOps.Load(b + (3 * lanes));
            TV v0 = TOps.Broadcast(*a);
            c00 = TOps.Fma(v0, b0, c00);
            c01 = TOps.Fma(v0, b1, c01);
            c02 = TOps.Fma(v0, b2, c02);
            c03 = TOps.Fma(v0, b3, c03);
            TV v1 = TOps.Broadcast(*(a + row));
            c10 = TOps.Fma(v1, b0, c10);
            c11 = TOps.Fma(v1, b1, c11);
            c12 = TOps.Fma(v1, b2, c12);
            c13 = TOps.Fma(v1, b3, c13);
            TV v2 = TOps.Broadcast(*(a + (2 * row)));
            c20 = TOps.Fma(v2, b0, c20);
            c21 = TOps.Fma(v2, b1, c21);
            c22 = TOps.Fma(v2, b2, c22);
            c23 = TOps.Fma(v2, b3, c23);
            TV v3 = TOps.Broadcast(*a3);
            c30 = TOps.Fma(v3, b0, c30);
            c31 = TOps.Fma(v3, b1, c31);
            c32 = TOps.Fma(v3, b2, c32);
            c33 = TOps.Fma(v3, b3, c33);
            a += aStep;
            a3 += aStep;
            b += bStep;
            n--;
        }
        while (n > 0);

        nint cRow = p.CRow;
        if (p.Add)
        {
            float* t = c;
            c00 = TOps.Add(c00, TOps.Load(t));
            c01 = TOps.Add(c01, TOps.Load(t + lanes));
            c02 = TOps.Add(c02, TOps.Load(t + (2 * lanes)));
            c03 = TOps.Add(c03, TOps.Load(t + (3 * lanes)));
            t += cRow;
            c10 = TOps.Add(c10, TOps.Load(t));
            c11 = TOps.Add(c11, TOps.Load(t + lanes));
            c12 = TOps.Add(c12, TOps.Load(t + (2 * lanes)));
            c13 = TOps.Add(c13, TOps.Load(t + (3 * lanes)));
            t += cRow;
            c20 = TOps.Add(c20, TOps.Load(t));
            c21 = TOps.Add(c21, TOps.Load(t + lanes));
            c22 = TOps.Add(c22, TOps.Load(t + (2 * lanes)));
            c23 = TOps.Add(c23, TOps.Load(t + (3 * lanes)));
            t += cRow;
            c30 = TOps.Add(c30, TOps.Load(t));
            c31 = TOps.Add(c31, TOps.Load(t + lanes));
            c32 = TOps.Add(c32, TOps.Load(t + (2 * lanes)));
            c33 = TOps.Add(c33, TOps.Load(t + (3 * lanes)));
        }

        TOps.Store(c00, c);
        TOps.Store(c01, c + lanes);
        TOps.Store(c02, c + (2 * lanes));
        TOps.Store(c03, c + (3 * lanes));
        c += cRow;
        TOps.Store(c10, c);
        TOps.Store(c11, c + lanes);
        TOps.Store(c12, c + (2 * lanes));
        TOps.Store(c13, c + (3 * lanes));
        c += cRow;
        TOps.Store(c20, c);
        TOps.Store(c21, c + lanes);
        TOps.Store(c22, c + (2 * lanes));
        TOps.Store(c23, c + (3 * lanes));
        c += cRow;
        TOps.Store(c30, c);
        TOps.Store(c31, c + lanes);
        TOps.Store(c32, c + (2 * lanes));
        TOps.Store(c33, c + (3 * lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panel8x3<TV, TOps>(in PanelArguments p, float* a, float* b, float* c)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        TV c00 = TOps.Zero;
        TV c01 = TOps.Zero;
        TV c02 = TOps.Zero;
        TV c10 = TOps.Zero;
        TV c11 = TOps.Zero;
        TV c12 = TOps.Zero;
        TV c20 = TOps.Zero;
        TV c21 = TOps.Zero;
        TV c22 = TOps.Zero;
        TV c30 = TOps.Zero;
        TV c31 = TOps.Zero;
        TV c32 = TOps.Zero;
        TV c40 = TOps.Zero;
        TV c41 = TOps.Zero;
        TV c42 = TOps.Zero;
        TV c50 = TOps.Zero;
        TV c51 = TOps.Zero;
        TV c52 = TOps.Zero;
        TV c60 = TOps.Zero;
        TV c61 = TOps.Zero;
        TV c62 = TOps.Zero;
        TV c70 = TOps.Zero;
        TV c71 = TOps.Zero;
        TV c72 = TOps.Zero;
        nint row = p.ARow;
        nint aStep = p.AStep;
        nint bStep = p.BStep;
        nint lanes = sizeof(TV) / sizeof(float);
        float* a3 = a + (3 * row);
        float* a6 = a3 + (3 * row);
        int n = p.Count;
        do
        {
            TV b0 = TOps.Load(b);
            TV b1 = TOps.Load(b + lanes);
            TV b2 = TOps.Load(b + (2 * lanes));
            TV v0 = TOps.Broadcast(*a);
            c00 = TOps.Fma(v0, b0, c00);
            c01 = TOps.Fma(v0, b1, c01);
            c02 = TOps.Fma(v0, b2, c02);
            TV v1 = TOps.Broadcast(*(a + row));
            c10 = TOps.Fma(v1, b0, c10);
            c11 = TOps.Fma(v1, b1, c11);
            c12 = TOps.Fma(v1, b2, c12);
            TV v2 = TOps.Broadcast(*(a + (2 * row)));
            c20 = TOps.Fma(v2, b0, c20);
            c21 = TOps.Fma(v2, b1, c21);
            c22 = TOps.Fma(v2, b2, c22);
            TV v3 = TOps.Broadcast(*a3);
            c30 = TOps.Fma(v3, b0, c30);
            c31 = TOps.Fma(v3, b1, c31);
            c32 = TOps.Fma(v3, b2, c32);
            TV v4 = TOps.Broadcast(*(a3 + row));
            c40 = TOps.Fma(v4, b0, c40);
            c41 = TOps.Fma(v4, b1, c41);
            c42 = TOps.Fma(v4, b2, c42);
            TV v5 = TOps.Broadcast(*(a3 + (2 * row)));
            c50 = TOps.Fma(v5, b0, c50);
            c51 = TOps.Fma(v5, b1, c51);
            c52 = TOps.Fma(v5, b2, c52);
            TV v6 = TOps.Broadcast(*a6);
            c60 = TOps.Fma(v6, b0, c60);
            c61 = TOps.Fma(v6, b1, c61);
            c62 = TOps.Fma(v6, b2, c62);
            TV v7 = TOps.Broadcast(*(a6 + row));
            c70 = TOps.Fma(v7, b0, c70);
            c71 = TOps.Fma(v7, b1, c71);
            c72 = TOps.Fma(v7, b2, c72);
            a += aStep;
            a3 += aStep;
            a6 += aStep;
            b += bStep;
            n--;
        }
        while (n > 0);

        nint cRow = p.CRow;
        if (p.Add)
        {
            float* t = c;
            c00 = TOps.Add(c00, TOps.Load(t));
            c01 = TOps.Add(c01, TOps.Load(t + lanes));
            c02 = TOps.Add(c02, TOps.Load(t + (2 * lanes)));
            t += cRow;
            c10 = TOps.Add(c10, TOps.Load(t));
            c11 = TOps.Add(c11, TOps.Load(t + lanes));
            c12 = TOps.Add(c12, TOps.Load(t + (2 * lanes)));
            t += cRow;
            c20 = TOps.Add(c20, TOps.Load(t));
            c21 = TOps.Add(c21, TOps.Load(t + lanes));
            c22 = TOps.Add(c22, TOps.Load(t + (2 * lanes)));
            t += cRow;
            c30 = TOps.Add(c30, TOps.Load(t));
            c31 = TOps.Add(c31, TOps.Load(t + lanes));
            c32 = TOps.Add(c32, TOps.Load(t + (2 * lanes)));
            t += cRow;
            c40 = TOps.Add(c40, TOps.Load(t));
            c41 = TOps.Add(c41, TOps.Load(t + lanes));
            c42 = TOps.Add(c42, TOps.Load(t + (2 * lanes)));
            t += cRow;
            c50 = TOps.Add(c50, TOps.Load(t));
            c51 = TOps.Add(c51, TOps.Load(t + lanes));
            c52 = TOps.Add(c52, TOps.Load(t + (2 * lanes)));
            t += cRow;
            c60 = TOps.Add(c60, TOps.Load(t));
            c61 = TOps.Add(c61, TOps.Load(t + lanes));
            c62 = TOps.Add(c62, TOps.Load(t + (2 * lanes)));
            t += cRow;
            c70 = TOps.Add(c70, TOps.Load(t));
            c71 = TOps.Add(c71, TOps.Load(t + lanes));
            c72 = TOps.Add(c72, TOps.Load(t + (2 * lanes)));
        }

        TOps.Store(c00, c);
        TOps.Store(c01, c + lanes);
        TOps.Store(c02, c + (2 * lanes));
        c += cRow;
        TOps.Store(c10, c);
        TOps.Store(c11, c + lanes);
        TOps.Store(c12, c + (2 * lanes));
        c += cRow;
        TOps.Store(c20, c);
        TOps.Store(c21, c + lanes);
        TOps.Store(c22, c + (2 * lanes));
        c += cRow;
        TOps.Store(c30, c);
        TOps.Store(c31, c + lanes);
        TOps.Store(c32, c + (2 * lanes));
        c += cRow;
        TOps.Store(c40, c);
        TOps.Store(c41, c + lanes);
        TOps.Store(c42, c + (2 * lanes));
        c += cRow;
        TOps.Store(c50, c);
        TOps.Store(c51, c + lanes);
        TOps.Store(c52, c + (2 * lanes));
        c += cRow;
        TOps.Store(c60, c);
        TOps.Store(c61, c + lanes);
        TOps.Store(c62, c + (2 * lanes));
        c += cRow;
        TOps.Store(c70, c);
        TOps.Store(c71, c + lanes);
        TOps.Store(c72, c + (2 * lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panel8x2<TV, TOps>(in PanelArguments p, float* a, float* b, float* c)
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
        nint row = p.ARow;
        nint aStep = p.AStep;
        nint bStep = p.BStep;
        nint lanes = sizeof(TV) / sizeof(float);
        float* a3 = a + (3 * row);
        float* a6 = a3 + (3 * row);
        int n = p.Count;
        do
        {
            TV b0 = TOps.Load(b);
            TV b1 = TOps.Load(b + lanes);
            TV v0 = TOps.Broadcast(*a);
            c00 = TOps.Fma(v0, b0, c00);
            c01 = TOps.Fma(v0, b1, c01);
            TV v1 = TOps.Broadcast(*(a + row));
            c10 = TOps.Fma(v1, b0, c10);
            c11 = TOps.Fma(v1, b1, c11);
            TV v2 = TOps.Broadcast(*(a + (2 * row)));
            c20 = TOps.Fma(v2, b0, c20);
            c21 = TOps.Fma(v2, b1, c21);
            TV v3 = TOps.Broadcast(*a3);
            c30 = TOps.Fma(v3, b0, c30);
            c31 = TOps.Fma(v3, b1, c31);
            TV v4 = TOps.Broadcast(*(a3 + row));
            c40 = TOps.Fma(v4, b0, c40);
            c41 = TOps.Fma(v4, b1, c41);
            TV v5 = TOps.Broadcast(*(a3 + (2 * row)));
            c50 = TOps.Fma(v5, b0, c50);
            c51 = TOps.Fma(v5, b1, c51);
            TV v6 = TOps.Broadcast(*a6);
            c60 = TOps.Fma(v6, b0, c60);
            c61 = TOps.Fma(v6, b1, c61);
            TV v7 = TOps.Broadcast(*(a6 + row));
            c70 = TOps.Fma(v7, b0, c70);
            c71 = TOps.Fma(v7, b1, c71);
            a += aStep;
            a3 += aStep;
            a6 += aStep;
            b += bStep;
            n--;
        }
        while (n > 0);

        nint cRow = p.CRow;
        if (p.Add)
        {
            float* t = c;
            c00 = TOps.Add(c00, TOps.Load(t));
            c01 = TOps.Add(c01, TOps.Load(t + lanes));
            t += cRow;
            c10 = TOps.Add(c10, TOps.Load(t));
            c11 = TOps.Add(c11, TOps.Load(t + lanes));
            t += cRow;
            c20 = TOps.Add(c20, TOps.Load(t));
            c21 = TOps.Add(c21, TOps.Load(t + lanes));
            t += cRow;
            c30 = TOps.Add(c30, TOps.Load(t));
            c31 = TOps.Add(c31, TOps.Load(t + lanes));
            t += cRow;
            c40 = TOps.Add(c40, TOps.Load(t));
            c41 = TOps.Add(c41, TOps.Load(t + lanes));
            t += cRow;
            c50 = TOps.Add(c50, TOps.Load(t));
            c51 = TOps.Add(c51, TOps.Load(t + lanes));
            t += cRow;
            c60 = TOps.Add(c60, TOps.Load(t));
            c61 = TOps.Add(c61, TOps.Load(t + lanes));
            t += cRow;
            c70 = TOps.Add(c70, TOps.Load(t));
            c71 = TOps.Add(c71, TOps.Load(t + lanes));
        }

        TOps.Store(c00, c);
        TOps.Store(c01, c + lanes);
        c += cRow;
        TOps.Store(c10, c);
        TOps.Store(c11, c + lanes);
        c += cRow;
        TOps.Store(c20, c);
        TOps.Store(c21, c + lanes);
        c += cRow;
        TOps.Store(c30, c);
        TOps.Store(c31, c + lanes);
        c += cRow;
        TOps.Store(c40, c);
        TOps.Store(c41, c + lanes);
        c += cRow;
        TOps.Store(c50, c);
        TOps.Store(c51, c + lanes);
        c += cRow;
        TOps.Store(c60, c);
        TOps.Store(c61, c + lanes);
        c += cRow;
        TOps.Store(c70, c);
        TOps.Store(c71, c + lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panel4x2<TV, TOps>(in PanelArguments p, float* a, float* b, float* c)
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
        nint row = p.ARow;
        nint aStep = p.AStep;
        nint bStep = p.BStep;
        nint lanes = sizeof(TV) / sizeof(float);
        float* a3 = a + (3 * row);
        int n = p.Count;
        do
        {
            TV b0 = TOps.Load(b);
            TV b1 = TOps.Load(b + lanes);
            TV v0 = TOps.Broadcast(*a);
            c00 = TOps.Fma(v0, b0, c00);
            c01 = TOps.Fma(v0, b1, c01);
            TV v1 = TOps.Broadcast(*(a + row));
            c10 = TOps.Fma(v1, b0, c10);
            c11 = TOps.Fma(v1, b1, c11);
            TV v2 = TOps.Broadcast(*(a + (2 * row)));
            c20 = TOps.Fma(v2, b0, c20);
            c21 = TOps.Fma(v2, b1, c21);
            TV v3 = TOps.Broadcast(*a3);
            c30 = TOps.Fma(v3, b0, c30);
            c31 = TOps.Fma(v3, b1, c31);
            a += aStep;
            a3 += aStep;
            b += bStep;
            n--;
        }
        while (n > 0);

        nint cRow = p.CRow;
        if (p.Add)
        {
            float* t = c;
            c00 = TOps.Add(c00, TOps.Load(t));
            c01 = TOps.Add(c01, TOps.Load(t + lanes));
            t += cRow;
            c10 = TOps.Add(c10, TOps.Load(t));
            c11 = TOps.Add(c11, TOps.Load(t + lanes));
            t += cRow;
            c20 = TOps.Add(c20, TOps.Load(t));
            c21 = TOps.Add(c21, TOps.Load(t + lanes));
            t += cRow;
            c30 = TOps.Add(c30, TOps.Load(t));
            c31 = TOps.Add(c31, TOps.Load(t + lanes));
        }

        TOps.Store(c00, c);
        TOps.Store(c01, c + lanes);
        c += cRow;
        TOps.Store(c10, c);
        TOps.Store(c11, c + lanes);
        c += cRow;
        TOps.Store(c20, c);
        TOps.Store(c21, c + lanes);
        c += cRow;
        TOps.Store(c30, c);
        TOps.Store(c31, c + lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panel16x1<TV, TOps>(in PanelArguments p, float* a, float* b, float* c)
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
        nint row = p.ARow;
        nint aStep = p.AStep;
        nint bStep = p.BStep;
        nint lanes = sizeof(TV) / sizeof(float);
        float* a3 = a + (3 * row);
        float* a6 = a3 + (3 * row);
        float* a9 = a6 + (3 * row);
        float* a12 = a9 + (3 * row);
        float* a15 = a12 + (3 * row);
        int n = p.Count;
        do
        {
            TV b0 = TOps.Load(b);
            TV v0 = TOps.Broadcast(*a);
            c0_0 = TOps.Fma(v0, b0, c0_0);
            TV v1 = TOps.Broadcast(*(a + row));
            c1_0 = TOps.Fma(v1, b0, c1_0);
            TV v2 = TOps.Broadcast(*(a + (2 * row)));
            c2_0 = TOps.Fma(v2, b0, c2_0);
            TV v3 = TOps.Broadcast(*a3);
            c3_0 = TOps.Fma(v3, b0, c3_0);
            TV v4 = TOps.Broadcast(*(a3 + row));
            c4_0 = TOps.Fma(v4, b0, c4_0);
            TV v5 = TOps.Broadcast(*(a3 + (2 * row)));
            c5_0 = TOps.Fma(v5, b0, c5_0);
            TV v6 = TOps.Broadcast(*a6);
            c6_0 = TOps.Fma(v6, b0, c6_0);
            TV v7 = TOps.Broadcast(*(a6 + row));
            c7_0 = TOps.Fma(v7, b0, c7_0);
            TV v8 = TOps.Broadcast(*(a6 + (2 * row)));
            c8_0 = TOps.Fma(v8, b0, c8_0);
            TV v9 = TOps.Broadcast(*a9);
            c9_0 = TOps.Fma(v9, b0, c9_0);
            TV v10 = TOps.Broadcast(*(a9 + row));
            c10_0 = TOps.Fma(v10, b0, c10_0);
            TV v11 = TOps.Broadcast(*(a9 + (2 * row)));
            c11_0 = TOps.Fma(v11, b0, c11_0);
            TV v12 = TOps.Broadcast(*a12);
            c12_0 = TOps.Fma(v12, b0, c12_0);
            TV v13 = TOps.Broadcast(*(a12 + row));
            c13_0 = TOps.Fma(v13, b0, c13_0);
            TV v14 = TOps.Broadcast(*(a12 + (2 * row)));
            c14_0 = TOps.Fma(v14, b0, c14_0);
            TV v15 = TOps.Broadcast(*a15);
            c15_0 = TOps.Fma(v15, b0, c15_0);
            a += aStep;
            a3 += aStep;
            a6 += aStep;
            a9 += aStep;
            a12 += aStep;
            a15 += aStep;
            b += bStep;
            n--;
        }
        while (n > 0);

        nint cRow = p.CRow;
        if (p.Add)
        {
            float* t = c;
            c0_0 = TOps.Add(c0_0, TOps.Load(t));
            t += cRow;
            c1_0 = TOps.Add(c1_0, TOps.Load(t));
            t += cRow;
            c2_0 = TOps.Add(c2_0, TOps.Load(t));
            t += cRow;
            c3_0 = TOps.Add(c3_0, TOps.Load(t));
            t += cRow;
            c4_0 = TOps.Add(c4_0, TOps.Load(t));
            t += cRow;
            c5_0 = TOps.Add(c5_0, TOps.Load(t));
            t += cRow;
            c6_0 = TOps.Add(c6_0, TOps.Load(t));
            t += cRow;
            c7_0 = TOps.Add(c7_0, TOps.Load(t));
            t += cRow;
            c8_0 = TOps.Add(c8_0, TOps.Load(t));
            t += cRow;
            c9_0 = TOps.Add(c9_0, TOps.Load(t));
            t += cRow;
            c10_0 = TOps.Add(c10_0, TOps.Load(t));
            t += cRow;
            c11_0 = TOps.Add(c11_0, TOps.Load(t));
            t += cRow;
            c12_0 = TOps.Add(c12_0, TOps.Load(t));
            t += cRow;
            c13_0 = TOps.Add(c13_0, TOps.Load(t));
            t += cRow;
            c14_0 = TOps.Add(c14_0, TOps.Load(t));
            t += cRow;
            c15_0 = TOps.Add(c15_0, TOps.Load(t));
        }

        TOps.Store(c0_0, c);
        c += cRow;
        TOps.Store(c1_0, c);
        c += cRow;
        TOps.Store(c2_0, c);
        c += cRow;
        TOps.Store(c3_0, c);
        c += cRow;
        TOps.Store(c4_0, c);
        c += cRow;
        TOps.Store(c5_0, c);
        c += cRow;
        TOps.Store(c6_0, c);
        c += cRow;
        TOps.Store(c7_0, c);
        c += cRow;
        TOps.Store(c8_0, c);
        c += cRow;
        TOps.Store(c9_0, c);
        c += cRow;
        TOps.Store(c10_0, c);
        c += cRow;
        TOps.Store(c11_0, c);
        c += cRow;
        TOps.Store(c12_0, c);
        c += cRow;
        TOps.Store(c13_0, c);
        c += cRow;
        TOps.Store(c14_0, c);
        c += cRow;
        TOps.Store(c15_0, c);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panel6x2<TV, TOps>(in PanelArguments p, float* a, float* b, float* c)
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
        nint row = p.ARow;
        nint aStep = p.AStep;
        nint bStep = p.BStep;
        nint lanes = sizeof(TV) / sizeof(float);
        float* a3 = a + (3 * row);
        int n = p.Count;
        do
        {
            TV b0 = TOps.Load(b);
            TV b1 = TOps.Load(b + lanes);
            TV v0 = TOps.Broadcast(*a);
            c00 = TOps.Fma(v0, b0, c00);
            c01 = TOps.Fma(v0, b1, c01);
            TV v1 = TOps.Broadcast(*(a + row));
            c10 = TOps.Fma(v1, b0, c10);
            c11 = TOps.Fma(v1, b1, c11);
            TV v2 = TOps.Broadcast(*(a + (2 * row)));
            c20 = TOps.Fma(v2, b0, c20);
            c21 = TOps.Fma(v2, b1, c21);
            TV v3 = TOps.Broadcast(*a3);
            c30 = TOps.Fma(v3, b0, c30);
            c31 = TOps.Fma(v3, b1, c31);
            TV v4 = TOps.Broadcast(*(a3 + row));
            c40 = TOps.Fma(v4, b0, c40);
            c41 = TOps.Fma(v4, b1, c41);
            TV v5 = TOps.Broadcast(*(a3 + (2 * row)));
            c50 = TOps.Fma(v5, b0, c50);
            c51 = TOps.Fma(v5, b1, c51);
            a += aStep;
            a3 += aStep;
            b += bStep;
            n--;
        }
        while (n > 0);

        nint cRow = p.CRow;
        if (p.Add)
        {
            float* t = c;
            c00 = TOps.Add(c00, TOps.Load(t));
            c01 = TOps.Add(c01, TOps.Load(t + lanes));
            t += cRow;
            c10 = TOps.Add(c10, TOps.Load(t));
            c11 = TOps.Add(c11, TOps.Load(t + lanes));
            t += cRow;
            c20 = TOps.Add(c20, TOps.Load(t));
            c21 = TOps.Add(c21, TOps.Load(t + lanes));
            t += cRow;
            c30 = TOps.Add(c30, TOps.Load(t));
            c31 = TOps.Add(c31, TOps.Load(t + lanes));
            t += cRow;
            c40 = TOps.Add(c40, TOps.Load(t));
            c41 = TOps.Add(c41, TOps.Load(t + lanes));
            t += cRow;
            c50 = TOps.Add(c50, TOps.Load(t));
            c51 = TOps.Add(c51, TOps.Load(t + lanes));
        }

        TOps.Store(c00, c);
        TOps.Store(c01, c + lanes);
        c += cRow;
        TOps.Store(c10, c);
        TOps.Store(c11, c + lanes);
        c += cRow;
        TOps.Store(c20, c);
        TOps.Store(c21, c + lanes);
        c += cRow;
        TOps.Store(c30, c);
        TOps.Store(c31, c + lanes);
        c += cRow;
        TOps.Store(c40, c);
        TOps.Store(c41, c + lanes);
        c += cRow;
        TOps.Store(c50, c);
        TOps.Store(c51, c + lanes);
    }
}
