// Written by kernel_generator.py, which stands beside this file: change that.
#nullable enable
using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Generated;

/// <summary>Runs of 8 neighbouring pixels x vectors of output channels, summed over input channels and rows of 3 taps in registers.</summary>
internal static unsafe class RowKernels
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row2x1<TV, TOps>(
        in TileArguments a, byte* x, int* pixels, float* w, float* y, bool accumulate)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        byte* x0 = x + pixels[0];
        byte* x1 = x + pixels[8];
        TV c000 = TOps.Zero;
        TV c010 = TOps.Zero;
        TV c020 = TOps.Zero;
        TV c030 = TOps.Zero;
        TV c040 = TOps.Zero;
        TV c050 = TOps.Zero;
        TV c060 = TOps.Zero;
        TV c070 = TOps.Zero;
        TV c100 = TOps.Zero;
        TV c110 = TOps.Zero;
        TV c120 = TOps.Zero;
        TV c130 = TOps.Zero;
        TV c140 = TOps.Zero;
        TV c150 = TOps.Zero;
        TV c160 = TOps.Zero;
        TV c170 = TOps.Zero;
        int* taps = a.Taps;
        int tapCount = a.TapCount;
        nint block = 0;
        int blocks = a.Blocks;
        do
        {
            blocks--;
            int rows = blocks == 0 ? a.LastRows : Simd.Lanes;
            nint tap = (nint)rows * Simd.Lanes;
            int t = 0;
            do
            {
                // The tap of the leftmost input comes first; turned filters have it last.
                bool isTurned = taps[t] > taps[t + 1];
                nint k = block + (isTurned ? taps[t + 2] : taps[t]);
                float* w0 = isTurned ? w + (2 * tap) : w;
                float* w1 = w + tap;
                float* w2 = isTurned ? w : w + (2 * tap);
                int n = rows;
                do
                {
                    TV w00 = TOps.Load(w0);
                    TV w10 = TOps.Load(w1);
                    TV w20 = TOps.Load(w2);
                    TV v00 = TOps.Broadcast(*(float*)(x0 + k));
                    c000 = TOps.Fma(v00, w00, c000);
                    TV v10 = TOps.Broadcast(*(float*)(x1 + k));
                    c100 = TOps.Fma(v10, w00, c100);
                    TV v01 = TOps.Broadcast(*(float*)(x0 + k + (1 * Simd.Lanes * sizeof(float))));
                    c000 = TOps.Fma(v01, w10, c000);
                    c010 = TOps.Fma(v01, w00, c010);
                    TV v11 = TOps.Broadcast(*(float*)(x1 + k + (1 * Simd.Lanes * sizeof(float))));
                    c100 = TOps.Fma(v11, w10, c100);
                    c110 = TOps.Fma(v11, w00, c110);
                    TV v02 = TOps.Broadcast(*(float*)(x0 + k + (2 * Simd.Lanes * sizeof(float))));
                    c000 = TOps.Fma(v02, w20, c000);
                    c010 = TOps.Fma(v02, w10, c010);
                    c020 = TOps.Fma(v02, w00, c020);
                    TV v12 = TOps.Broadcast(*(float*)(x1 + k + (2 * Simd.Lanes * sizeof(float))));
                    c100 = TOps.Fma(v12, w20, c100);
                    c110 = TOps.Fma(v12, w10, c110);
                    c120 = TOps.Fma(v12, w00, c120);
                    TV v03 = TOps.Broadcast(*(float*)(x0 + k + (3 * Simd.Lanes * sizeof(float))));
                    c010 = TOps.Fma(v03, w20, c010);
                    c020 = TOps.Fma(v03, w10, c020);
                    c030 = TOps.Fma(v03, w00, c030);
                    TV v13 = TOps.Broadcast(*(float*)(x1 + k + (3 * Simd.Lanes * sizeof(float))));
                    c110 = TOps.Fma(v13, w20, c110);
                    c120 = TOps.Fma(v13, w10, c120);
                    c130 = TOps.Fma(v13, w00, c130);
                    TV v04 = TOps.Broadcast(*(float*)(x0 + k + (4 * Simd.Lanes * sizeof(float))));
                    c020 = TOps.Fma(v04, w20, c020);
                    c030 = TOps.Fma(v04, w10, c030);
                    c040 = TOps.Fma(v04, w00, c040);
                    TV v14 = TOps.Broadcast(*(float*)(x1 + k + (4 * Simd.Lanes * sizeof(float))));
                    c120 = TOps.Fma(v14, w20, c120);
                    c130 = TOps.Fma(v14, w10, c130);
                    c140 = TOps.Fma(v14, w00, c140);
                    TV v05 = TOps.Broadcast(*(float*)(x0 + k + (5 * Simd.Lanes * sizeof(float))));
                    c030 = TOps.Fma(v05, w20, c030);
                    c040 = TOps.Fma(v05, w10, c040);
                    c050 = TOps.Fma(v05, w00, c050);
                    TV v15 = TOps.Broadcast(*(float*)(x1 + k + (5 * Simd.Lanes * sizeof(float))));
                    c130 = TOps.Fma(v15, w20, c130);
                    c140 = TOps.Fma(v15, w10, c140);
                    c150 = TOps.Fma(v15, w00, c150);
                    TV v06 = TOps.Broadcast(*(float*)(x0 + k + (6 * Simd.Lanes * sizeof(float))));
                    c040 = TOps.Fma(v06, w20, c040);
                    c050 = TOps.Fma(v06, w10, c050);
                    c060 = TOps.Fma(v06, w00, c060);
                    TV v16 = TOps.Broadcast(*(float*)(x1 + k + (6 * Simd.Lanes * sizeof(float))));
                    c140 = TOps.Fma(v16, w20, c140);
                    c150 = TOps.Fma(v16, w10, c150);
                    c160 = TOps.Fma(v16, w00, c160);
                    TV v07 = TOps.Broadcast(*(float*)(x0 + k + (7 * Simd.Lanes * sizeof(float))));
                    c050 = TOps.Fma(v07, w20, c050);
                    c060 = TOps.Fma(v07, w10, c060);
                    c070 = TOps.Fma(v07, w00, c070);
                    TV v17 = TOps.Broadcast(*(float*)(x1 + k + (7 * Simd.Lanes * sizeof(float))));
                    c150 = TOps.Fma(v17, w20, c150);
                    c160 = TOps.Fma(v17, w10, c160);
                    c170 = TOps.Fma(v17, w00, c170);
                    TV v08 = TOps.Broadcast(*(float*)(x0 + k + (8 * Simd.Lanes * sizeof(float))));
                    c060 = TOps.Fma(v08, w20, c060);
                    c070 = TOps.Fma(v08, w10, c070);
                    TV v18 = TOps.Broadcast(*(float*)(x1 + k + (8 * Simd.Lanes * sizeof(float))));
                    c160 = TOps.Fma(v18, w20, c160);
                    c170 = TOps.Fma(v18, w10, c170);
                    TV v09 = TOps.Broadcast(*(float*)(x0 + k + (9 * Simd.Lanes * sizeof(float))));
                    c070 = TOps.Fma(v09, w20, c070);
                    TV v19 = TOps.Broadcast(*(float*)(x1 + k + (9 * Simd.Lanes * sizeof(float))));
                    c170 = TOps.Fma(v19, w20, c170);
                    k += sizeof(float);
                    w0 += Simd.Lanes;
                    w1 += Simd.Lanes;
                    w2 += Simd.Lanes;
                    n--;
                }
                while (n > 0);

                w += 3 * tap;
                t += 3;
            }
            while (t < tapCount);

            block += a.BlockBytes;
        }
        while (blocks > 0);

        if (accumulate)
        {
            c000 = TOps.Add(c000, TOps.Load(y));
            c010 = TOps.Add(c010, TOps.Load(y + (1 * Simd.Lanes)));
            c020 = TOps.Add(c020, TOps.Load(y + (2 * Simd.Lanes)));
            c030 = TOps.Add(c030, TOps.Load(y + (3 * Simd.Lanes)));
            c040 = TOps.Add(c040, TOps.Load(y + (4 * Simd.Lanes)));
            c050 = TOps.Add(c050, TOps.Load(y + (5 * Simd.Lanes)));
            c060 = TOps.Add(c060, TOps.Load(y + (6 * Simd.Lanes)));
            c070 = TOps.Add(c070, TOps.Load(y + (7 * Simd.Lanes)));
            c100 = TOps.Add(c100, TOps.Load(y + (8 * Simd.Lanes)));
            c110 = TOps.Add(c110, TOps.Load(y + (9 * Simd.Lanes)));
            c120 = TOps.Add(c120, TOps.Load(y + (10 * Simd.Lanes)));
            c130 = TOps.Add(c130, TOps.Load(y + (11 * Simd.Lanes)));
            c140 = TOps.Add(c140, TOps.Load(y + (12 * Simd.Lanes)));
            c150 = TOps.Add(c150, TOps.Load(y + (13 * Simd.Lanes)));
            c160 = TOps.Add(c160, TOps.Load(y + (14 * Simd.Lanes)));
            c170 = TOps.Add(c170, TOps.Load(y + (15 * Simd.Lanes)));
        }

        TOps.Store(c000, y);
        TOps.Store(c010, y + (1 * Simd.Lanes));
        TOps.Store(c020, y + (2 * Simd.Lanes));
        TOps.Store(c030, y + (3 * Simd.Lanes));
        TOps.Store(c040, y + (4 * Simd.Lanes));
        TOps.Store(c050, y + (5 * Simd.Lanes));
        TOps.Store(c060, y + (6 * Simd.Lanes));
        TOps.Store(c070, y + (7 * Simd.Lanes));
        TOps.Store(c100, y + (8 * Simd.Lanes));
        TOps.Store(c110, y + (9 * Simd.Lanes));
        TOps.Store(c120, y + (10 * Simd.Lanes));
        TOps.Store(c130, y + (11 * Simd.Lanes));
        TOps.Store(c140, y + (12 * Simd.Lanes));
        TOps.Store(c150, y + (13 * Simd.Lanes));
        TOps.Store(c160, y + (14 * Simd.Lanes));
        TOps.Store(c170, y + (15 * Simd.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Row1x2<TV, TOps>(
        in TileArguments a, byte* x, int* pixels, float* w, float* y, bool accumulate)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        byte* x0 = x + pixels[0];
        TV c000 = TOps.Zero;
        TV c001 = TOps.Zero;
        TV c010 = TOps.Zero;
        TV c011 = TOps.Zero;
        TV c020 = TOps.Zero;
        TV c021 = TOps.Zero;
        TV c030 = TOps.Zero;
        TV c031 = TOps.Zero;
        TV c040 = TOps.Zero;
        TV c041 = TOps.Zero;
        TV c050 = TOps.Zero;
        TV c051 = TOps.Zero;
        TV c060 = TOps.Zero;
        TV c061 = TOps.Zero;
        TV c070 = TOps.Zero;
        TV c071 = TOps.Zero;
        int* taps = a.Taps;
        int tapCount = a.TapCount;
        nint wv = a.WeightVector;
        nint block = 0;
        int blocks = a.Blocks;
        do
        {
            blocks--;
            int rows = blocks == 0 ? a.LastRows : Simd.Lanes;
            nint tap = (nint)rows * Simd.Lanes;
            int t = 0;
            do
            {
                // The tap of the leftmost input comes first; turned filters have it last.
                bool isTurned = taps[t] > taps[t + 1];
                nint k = block + (isTurned ? taps[t + 2] : taps[t]);
                float* w0 = isTurned ? w + (2 * tap) : w;
                float* w1 = w + tap;
                float* w2 = isTurned ? w : w + (2 * tap);
                int n = rows;
                do
                {
                    TV w00 = TOps.Load(w0);
                    TV w01 = TOps.Load(w0 + wv);
                    TV w10 = TOps.Load(w1);
                    TV w11 = TOps.Load(w1 + wv);
                    TV w20 = TOps.Load(w2);
                    TV w21 = TOps.Load(w2 + wv);
                    TV v00 = TOps.Broadcast(*(float*)(x0 + k));
                    c000 = TOps.Fma(v00, w00, c000);
                    c001 = TOps.Fma(v00, w01, c001);
                    TV v01 = TOps.Broadcast(*(float*)(x0 + k + (1 * Simd.Lanes * sizeof(float))));
                    c000 = TOps.Fma(v01, w10, c000);
                    c001 = TOps.Fma(v01, w11, c001);
                    c010 = TOps.Fma(v01, w00, c010);
                    c011 = TOps.Fma(v01, w01, c011);
                    TV v02 = TOps.Broadcast(*(float*)(x0 + k + (2 * Simd.Lanes * sizeof(float))));
                    c000 = TOps.Fma(v02, w20, c000);
                    c001 = TOps.Fma(v02, w21, c001);
                    c010 = TOps.Fma(v02, w10, c010);
                    c011 = TOps.Fma(v02, w11, c011);
                    c020 = TOps.Fma(v02, w00, c020);
                    c021 = TOps.Fma(v02, w01, c021);
                    TV v03 = TOps.Broadcast(*(float*)(x0 + k + (3 * Simd.Lanes * sizeof(float))));
                    c010 = TOps.Fma(v03, w20, c010);
                    c011 = TOps.Fma(v03, w21, c011);
                    c020 = TOps.Fma(v03, w10, c020);
                    c021 = TOps.Fma(v03, w11, c021);
                    c030 = TOps.Fma(v03, w00, c030);
                    c031 = TOps.Fma(v03, w01, c031);
                    TV v04 = TOps.Broadcast(*(float*)(x0 + k + (4 * Simd.Lanes * sizeof(float))));
                    c020 = TOps.Fma(v04, w20, c020);
                    c021 = TOps.Fma(v04, w21, c021);
                    c030 = TOps.Fma(v04, w10, c030);
                    c031 = TOps.Fma(v04, w11, c031);
                    c040 = TOps.Fma(v04, w00, c040);
                    c041 = TOps.Fma(v04, w01, c041);
                    TV v05 = TOps.Broadcast(*(float*)(x0 + k + (5 * Simd.Lanes * sizeof(float))));
                    c030 = TOps.Fma(v05, w20, c030);
                    c031 = TOps.Fma(v05, w21, c031);
                    c040 = TOps.Fma(v05, w10, c040);
                    c041 = TOps.Fma(v05, w11, c041);
                    c050 = TOps.Fma(v05, w00, c050);
                    c051 = TOps.Fma(v05, w01, c051);
                    TV v06 = TOps.Broadcast(*(float*)(x0 + k + (6 * Simd.Lanes * sizeof(float))));
                    c040 = TOps.Fma(v06, w20, c040);
                    c041 = TOps.Fma(v06, w21, c041);
                    c050 = TOps.Fma(v06, w10, c050);
                    c051 = TOps.Fma(v06, w11, c051);
                    c060 = TOps.Fma(v06, w00, c060);
                    c061 = TOps.Fma(v06, w01, c061);
                    TV v07 = TOps.Broadcast(*(float*)(x0 + k + (7 * Simd.Lanes * sizeof(float))));
                    c050 = TOps.Fma(v07, w20, c050);
                    c051 = TOps.Fma(v07, w21, c051);
                    c060 = TOps.Fma(v07, w10, c060);
                    c061 = TOps.Fma(v07, w11, c061);
                    c070 = TOps.Fma(v07, w00, c070);
                    c071 = TOps.Fma(v07, w01, c071);
                    TV v08 = TOps.Broadcast(*(float*)(x0 + k + (8 * Simd.Lanes * sizeof(float))));
                    c060 = TOps.Fma(v08, w20, c060);
                    c061 = TOps.Fma(v08, w21, c061);
                    c070 = TOps.Fma(v08, w10, c070);
                    c071 = TOps.Fma(v08, w11, c071);
                    TV v09 = TOps.Broadcast(*(float*)(x0 + k + (9 * Simd.Lanes * sizeof(float))));
                    c070 = TOps.Fma(v09, w20, c070);
                    c071 = TOps.Fma(v09, w21, c071);
                    k += sizeof(float);
                    w0 += Simd.Lanes;
                    w1 += Simd.Lanes;
                    w2 += Simd.Lanes;
                    n--;
                }
                while (n > 0);

                w += 3 * tap;
                t += 3;
            }
            while (t < tapCount);

            block += a.BlockBytes;
        }
        while (blocks > 0);

        nint yv = a.OutputVector;
        if (accumulate)
        {
            c000 = TOps.Add(c000, TOps.Load(y));
            c001 = TOps.Add(c001, TOps.Load(y + yv));
            c010 = TOps.Add(c010, TOps.Load(y + (1 * Simd.Lanes)));
            c011 = TOps.Add(c011, TOps.Load(y + (1 * Simd.Lanes) + yv));
            c020 = TOps.Add(c020, TOps.Load(y + (2 * Simd.Lanes)));
            c021 = TOps.Add(c021, TOps.Load(y + (2 * Simd.Lanes) + yv));
            c030 = TOps.Add(c030, TOps.Load(y + (3 * Simd.Lanes)));
            c031 = TOps.Add(c031, TOps.Load(y + (3 * Simd.Lanes) + yv));
            c040 = TOps.Add(c040, TOps.Load(y + (4 * Simd.Lanes)));
            c041 = TOps.Add(c041, TOps.Load(y + (4 * Simd.Lanes) + yv));
            c050 = TOps.Add(c050, TOps.Load(y + (5 * Simd.Lanes)));
            c051 = TOps.Add(c051, TOps.Load(y + (5 * Simd.Lanes) + yv));
            c060 = TOps.Add(c060, TOps.Load(y + (6 * Simd.Lanes)));
            c061 = TOps.Add(c061, TOps.Load(y + (6 * Simd.Lanes) + yv));
            c070 = TOps.Add(c070, TOps.Load(y + (7 * Simd.Lanes)));
            c071 = TOps.Add(c071, TOps.Load(y + (7 * Simd.Lanes) + yv));
        }

        TOps.Store(c000, y);
        TOps.Store(c001, y + yv);
        TOps.Store(c010, y + (1 * Simd.Lanes));
        TOps.Store(c011, y + (1 * Simd.Lanes) + yv);
        TOps.Store(c020, y + (2 * Simd.Lanes));
        TOps.Store(c021, y + (2 * Simd.Lanes) + yv);
        TOps.Store(c030, y + (3 * Simd.Lanes));
        TOps.Store(c031, y + (3 * Simd.Lanes) + yv);
        TOps.Store(c040, y + (4 * Simd.Lanes));
        TOps.Store(c041, y + (4 * Simd.Lanes) + yv);
        TOps.Store(c050, y + (5 * Simd.Lanes));
        TOps.Store(c051, y + (5 * Simd.Lanes) + yv);
        TOps.Store(c060, y + (6 * Simd.Lanes));
        TOps.Store(c061, y + (6 * Simd.Lanes) + yv);
        TOps.Store(c070, y + (7 * Simd.Lanes));
        TOps.Store(c071, y + (7 * Simd.Lanes) + yv);
    }
}
