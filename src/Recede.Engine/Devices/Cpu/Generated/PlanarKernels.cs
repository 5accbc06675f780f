// Written by kernel_generator.py, which stands beside this file: change that.
#nullable enable
using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Generated;

/// <summary>Vectors of neighbouring pixels x output channels, summed over input channels and taps in registers.</summary>
internal static unsafe class PlanarKernels
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pixels3x4<TV, TOps>(in PlanarArguments a, float* x, float* w, float* y)
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
        nint lanes = sizeof(TV) / sizeof(float);
        nint plane = a.Plane;
        int* taps = a.Taps;
        int tapCount = a.TapCount;
        int blocks = a.Blocks;
        do
        {
            blocks--;
            int rows = blocks == 0 ? a.LastRows : Simd.Lanes;
            int t = 0;
            do
            {
                float* from = x + taps[t];
                int n = rows;
                do
                {
                    TV x0 = TOps.Load(from);
                    TV x1 = TOps.Load(from + lanes);
                    TV x2 = TOps.Load(from + (2 * lanes));
                    TV w0 = TOps.Broadcast(*w);
                    c00 = TOps.Fma(x0, w0, c00);
                    c01 = TOps.Fma(x1, w0, c01);
                    c02 = TOps.Fma(x2, w0, c02);
                    TV w1 = TOps.Broadcast(w[1]);
                    c10 = TOps.Fma(x0, w1, c10);
                    c11 = TOps.Fma(x1, w1, c11);
                    c12 = TOps.Fma(x2, w1, c12);
                    TV w2 = TOps.Broadcast(w[2]);
                    c20 = TOps.Fma(x0, w2, c20);
                    c21 = TOps.Fma(x1, w2, c21);
                    c22 = TOps.Fma(x2, w2, c22);
                    TV w3 = TOps.Broadcast(w[3]);
                    c30 = TOps.Fma(x0, w3, c30);
                    c31 = TOps.Fma(x1, w3, c31);
                    c32 = TOps.Fma(x2, w3, c32);
                    from += plane;
                    w += Simd.Lanes;
                    n--;
                }
                while (n > 0);

                t++;
            }
            while (t < tapCount);

            x += Simd.Lanes * plane;
        }
        while (blocks > 0);

        nint yPlane = a.OutputPlane;
        TOps.Store(c00, y);
        TOps.Store(c01, y + lanes);
        TOps.Store(c02, y + (2 * lanes));
        y += yPlane;
        TOps.Store(c10, y);
        TOps.Store(c11, y + lanes);
        TOps.Store(c12, y + (2 * lanes));
        y += yPlane;
        TOps.Store(c20, y);
        TOps.Store(c21, y + lanes);
        TOps.Store(c22, y + (2 * lanes));
        y += yPlane;
        TOps.Store(c30, y);
        TOps.Store(c31, y + lanes);
        TOps.Store(c32, y + (2 * lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pixels3x3<TV, TOps>(in PlanarArguments a, float* x, float* w, float* y)
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
        nint lanes = sizeof(TV) / sizeof(float);
        nint plane = a.Plane;
        int* taps = a.Taps;
        int tapCount = a.TapCount;
        int blocks = a.Blocks;
        do
        {
            blocks--;
            int rows = blocks == 0 ? a.LastRows : Simd.Lanes;
            int t = 0;
            do
            {
                float* from = x + taps[t];
                int n = rows;
                do
                {
                    TV x0 = TOps.Load(from);
                    TV x1 = TOps.Load(from + lanes);
                    TV x2 = TOps.Load(from + (2 * lanes));
                    TV w0 = TOps.Broadcast(*w);
                    c00 = TOps.Fma(x0, w0, c00);
                    c01 = TOps.Fma(x1, w0, c01);
                    c02 = TOps.Fma(x2, w0, c02);
                    TV w1 = TOps.Broadcast(w[1]);
                    c10 = TOps.Fma(x0, w1, c10);
                    c11 = TOps.Fma(x1, w1, c11);
                    c12 = TOps.Fma(x2, w1, c12);
                    TV w2 = TOps.Broadcast(w[2]);
                    c20 = TOps.Fma(x0, w2, c20);
                    c21 = TOps.Fma(x1, w2, c21);
                    c22 = TOps.Fma(x2, w2, c22);
                    from += plane;
                    w += Simd.Lanes;
                    n--;
                }
                while (n > 0);

                t++;
            }
            while (t < tapCount);

            x += Simd.Lanes * plane;
        }
        while (blocks > 0);

        nint yPlane = a.OutputPlane;
        TOps.Store(c00, y);
        TOps.Store(c01, y + lanes);
        TOps.Store(c02, y + (2 * lanes));
        y += yPlane;
        TOps.Store(c10, y);
        TOps.Store(c11, y + lanes);
        TOps.Store(c12, y + (2 * lanes));
        y += yPlane;
        TOps.Store(c20, y);
        TOps.Store(c21, y + lanes);
        TOps.Store(c22, y + (2 * lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pixels3x2<TV, TOps>(in PlanarArguments a, float* x, float* w, float* y)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        TV c00 = TOps.Zero;
        TV c01 = TOps.Zero;
        TV c02 = TOps.Zero;
        TV c10 = TOps.Zero;
        TV c11 = TOps.Zero;
        TV c12 = TOps.Zero;
        nint lanes = sizeof(TV) / sizeof(float);
        nint plane = a.Plane;
        int* taps = a.Taps;
        int tapCount = a.TapCount;
        int blocks = a.Blocks;
        do
        {
            blocks--;
            int rows = blocks == 0 ? a.LastRows : Simd.Lanes;
            int t = 0;
            do
            {
                float* from = x + taps[t];
                int n = rows;
                do
                {
                    TV x0 = TOps.Load(from);
                    TV x1 = TOps.Load(from + lanes);
                    TV x2 = TOps.Load(from + (2 * lanes));
                    TV w0 = TOps.Broadcast(*w);
                    c00 = TOps.Fma(x0, w0, c00);
                    c01 = TOps.Fma(x1, w0, c01);
                    c02 = TOps.Fma(x2, w0, c02);
                    TV w1 = TOps.Broadcast(w[1]);
                    c10 = TOps.Fma(x0, w1, c10);
                    c11 = TOps.Fma(x1, w1, c11);
                    c12 = TOps.Fma(x2, w1, c12);
                    from += plane;
                    w += Simd.Lanes;
                    n--;
                }
                while (n > 0);

                t++;
            }
            while (t < tapCount);

            x += Simd.Lanes * plane;
        }
        while (blocks > 0);

        nint yPlane = a.OutputPlane;
        TOps.Store(c00, y);
        TOps.Store(c01, y + lanes);
        TOps.Store(c02, y + (2 * lanes));
        y += yPlane;
        TOps.Store(c10, y);
        TOps.Store(c11, y + lanes);
        TOps.Store(c12, y + (2 * lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pixels3x1<TV, TOps>(in PlanarArguments a, float* x, float* w, float* y)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        TV c00 = TOps.Zero;
        TV c01 = TOps.Zero;
        TV c02 = TOps.Zero;
        nint lanes = sizeof(TV) / sizeof(float);
        nint plane = a.Plane;
        int* taps = a.Taps;
        int tapCount = a.TapCount;
        int blocks = a.Blocks;
        do
        {
            blocks--;
            int rows = blocks == 0 ? a.LastRows : Simd.Lanes;
            int t = 0;
            do
            {
                float* from = x + taps[t];
                int n = rows;
                do
                {
                    TV x0 = TOps.Load(from);
                    TV x1 = TOps.Load(from + lanes);
                    TV x2 = TOps.Load(from + (2 * lanes));
                    TV w0 = TOps.Broadcast(*w);
                    c00 = TOps.Fma(x0, w0, c00);
                    c01 = TOps.Fma(x1, w0, c01);
                    c02 = TOps.Fma(x2, w0, c02);
                    from += plane;
                    w += Simd.Lanes;
                    n--;
                }
                while (n > 0);

                t++;
            }
            while (t < tapCount);

            x += Simd.Lanes * plane;
        }
        while (blocks > 0);

        nint yPlane = a.OutputPlane;
        TOps.Store(c00, y);
        TOps.Store(c01, y + lanes);
        TOps.Store(c02, y + (2 * lanes));
    }
}
