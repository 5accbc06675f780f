using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Recede.Engine.Devices.Cpu;

/// <summary>Exchanges rows and lanes of blocks of 16 x 16 floats.</summary>
internal static unsafe class BlockTranspose
{
    private const int Lanes = Simd.Lanes;

    /// <summary>
    /// to[r][i] = from[i][r] for r below <paramref name="toRows"/>, and 0 where i is not below <paramref name="fromRows"/>; rows have
    /// 16 floats.
    /// </summary>
    public static void Run(float* from, int fromRows, float* to, int toRows)
    {
        if (Simd.Level == SimdLevel.Vector512 && fromRows == Lanes && toRows == Lanes)
        {
            Whole(from, to);
            return;
        }

        for (int r = 0; r < toRows; r++)
        {
            for (int i = 0; i < Lanes; i++)
            {
                to[(r * Lanes) + i] = i < fromRows ? from[(i * Lanes) + r] : 0f;
            }
        }
    }

    // A 128-bit lane of each row holds columns 4q to 4q + 3. First each group of four rows exchanges inside the lanes, so
    // that a vector has one column of each lane from those four rows; then whole lanes move.
    private static void Whole(float* from, float* to)
    {
        Columns(from, out Vector512<float> a0, out Vector512<float> a1, out Vector512<float> a2, out Vector512<float> a3);
        Columns(from + (4 * Lanes), out Vector512<float> b0, out Vector512<float> b1, out Vector512<float> b2, out Vector512<float> b3);
        Columns(from + (8 * Lanes), out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3);
        Columns(from + (12 * Lanes), out Vector512<float> d0, out Vector512<float> d1, out Vector512<float> d2, out Vector512<float> d3);
        Gather(a0, b0, c0, d0, to);
        Gather(a1, b1, c1, d1, to + Lanes);
        Gather(a2, b2, c2, d2, to + (2 * Lanes));
        Gather(a3, b3, c3, d3, to + (3 * Lanes));
    }

    // Of four rows: ck has columns k, 4 + k, 8 + k, 12 + k, four values each.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns(
        float* from, out Vector512<float> c0, out Vector512<float> c1, out Vector512<float> c2, out Vector512<float> c3)
    {
        Vector512<float> r0 = Vector512.Load(from);
        Vector512<float> r1 = Vector512.Load(from + Lanes);
        Vector512<float> r2 = Vector512.Load(from + (2 * Lanes));
        Vector512<float> r3 = Vector512.Load(from + (3 * Lanes));
        Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble();
        Vector512<double> high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
        Vector512<double> low23 = Avx512F.UnpackLow(r2, r3).AsDouble();
        Vector512<double> high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        c0 = Avx512F.UnpackLow(low01, low23).AsSingle();
        c1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
        c2 = Avx512F.UnpackLow(high01, high23).AsSingle();
        c3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
    }

    // Columns k, 4 + k, 8 + k, 12 + k of all rows, from the four groups of rows: a 4 x 4 transpose of 128-bit lanes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* to)
    {
        const byte Even = 0b10_00_10_00;
        const byte Odd = 0b11_01_11_01;
        Vector512<float> evenAB = Avx512F.Shuffle4x128(a, b, Even);
        Vector512<float> evenCD = Avx512F.Shuffle4x128(c, d, Even);
        Vector512<float> oddAB = Avx512F.Shuffle4x128(a, b, Odd);
        Vector512<float> oddCD = Avx512F.Shuffle4x128(c, d, Odd);
        Vector512.Store(Avx512F.Shuffle4x128(evenAB, evenCD, Even), to);
        Vector512.Store(Avx512F.Shuffle4x128(oddAB, oddCD, Even), to + (4 * Lanes));
        Vector512.Store(Avx512F.Shuffle4x128(evenAB, evenCD, Odd), to + (8 * Lanes));
        Vector512.Store(Avx512F.Shuffle4x128(oddAB, oddCD, Odd), to + (12 * Lanes));
    }
}
