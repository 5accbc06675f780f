using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Recede.Engine.Devices.Cpu;

/// <summary>Between pixels of 16 channels and planes of one channel each. Channels go in whole fours.</summary>
internal static unsafe class PlanarTranspose
{
    private const int Lanes = Simd.Lanes;
    private const int Side = 4;

    /// <summary>So many channels in whole fours.</summary>
    public static int Whole(int channels) => (channels + Side - 1) / Side * Side;

    /// <summary>planes[c][p] = pixels[p][c], planes so many floats apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToPlanes(float* pixels, int count, int channels, float* planes, nint plane)
    {
        for (int c = 0; c < channels; c += Side)
        {
            float* to = planes + (c * plane);
            int p = 0;
            for (; Sse2.IsSupported && p + Side <= count; p += Side)
            {
                Square(pixels + (p * Lanes) + c, Lanes, to + p, plane);
            }

            for (; p < count; p++)
            {
                for (int k = 0; k < Side; k++)
                {
                    to[(k * plane) + p] = pixels[(p * Lanes) + c + k];
                }
            }
        }
    }

    /// <summary>pixels[p][c] = planes[c][p]; the lanes of further channels become zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToPixels(float* planes, nint plane, int channels, float* pixels, int count)
    {
        for (int c = 0; c < channels; c += Side)
        {
            float* from = planes + (c * plane);
            int p = 0;
            for (; Sse2.IsSupported && p + Side <= count; p += Side)
            {
                float* to = pixels + (p * Lanes) + c;
                if (c == 0)
                {
                    Lines(from + p, plane, to);
                }
                else
                {
                    Square(from + p, plane, to, Lanes);
                }
            }

            for (; p < count; p++)
            {
                float* to = pixels + (p * Lanes) + c;
                if (c == 0)
                {
                    new Span<float>(to, Lanes).Clear();
                }

                for (int k = 0; k < Side; k++)
                {
                    to[k] = from[(k * plane) + p];
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square(float* from, nint fromRow, float* to, nint toRow)
    {
        Exchange(from, fromRow, out Vector128<float> a, out Vector128<float> b, out Vector128<float> c, out Vector128<float> d);
        Vector128.Store(a, to);
        Vector128.Store(b, to + toRow);
        Vector128.Store(c, to + (2 * toRow));
        Vector128.Store(d, to + (3 * toRow));
    }

    // The first four channels of four pixels, and zeros in the others.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Lines(float* from, nint fromRow, float* to)
    {
        Exchange(from, fromRow, out Vector128<float> a, out Vector128<float> b, out Vector128<float> c, out Vector128<float> d);
        Line(a, to);
        Line(b, to + Lanes);
        Line(c, to + (2 * Lanes));
        Line(d, to + (3 * Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Line(Vector128<float> value, float* to)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512.Store(value.ToVector256().ToVector512(), to);
            return;
        }

        Vector128.Store(value, to);
        for (int lane = Side; lane < Lanes; lane += Side)
        {
            Vector128.Store(Vector128<float>.Zero, to + lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exchange(
        float* from, nint row, out Vector128<float> a, out Vector128<float> b, out Vector128<float> c, out Vector128<float> d)
    {
        Vector128<float> r0 = Vector128.Load(from);
        Vector128<float> r1 = Vector128.Load(from + row);
        Vector128<float> r2 = Vector128.Load(from + (2 * row));
        Vector128<float> r3 = Vector128.Load(from + (3 * row));
        Vector128<double> low01 = Sse.UnpackLow(r0, r1).AsDouble();
        Vector128<double> high01 = Sse.UnpackHigh(r0, r1).AsDouble();
        Vector128<double> low23 = Sse.UnpackLow(r2, r3).AsDouble();
        Vector128<double> high23 = Sse.UnpackHigh(r2, r3).AsDouble();
        a = Sse2.UnpackLow(low01, low23).AsSingle();
        b = Sse2.UnpackHigh(low01, low23).AsSingle();
        c = Sse2.UnpackLow(high01, high23).AsSingle();
        d = Sse2.UnpackHigh(high01, high23).AsSingle();
    }
}
