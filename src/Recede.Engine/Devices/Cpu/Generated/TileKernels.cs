// Written by kernel_generator.py, which stands beside this file: change that.
#nullable enable
using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Generated;

/// <summary>Pixels x vectors of output channels, summed over input channels and taps in registers.</summary>
internal static unsafe class TileKernels
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile8x2<TV, TOps>(
        in TileArguments a, byte* x, int* pixels, float* w, float* y, bool accumulate)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        byte* x0 = x + pixels[0];
        byte* x1 = x + pixels[1];
        byte* x2 = x + pixels[2];
        byte* x3 = x + pixels[3];
        byte* x4 = x + pixels[4];
        byte* x5 = x + pixels[5];
        byte* x6 = x + pixels[6];
        byte* x7 = x + pixels[7];
        TV c000 = TOps.Zero;
        TV c010 = TOps.Zero;
        TV c100 = TOps.Zero;
        TV c110 = TOps.Zero;
        TV c200 = TOps.Zero;
        TV c210 = TOps.Zero;
        TV c300 = TOps.Zero;
        TV c310 = TOps.Zero;
        TV c400 = TOps.Zero;
        TV c410 = TOps.Zero;
        TV c500 = TOps.Zero;
        TV c510 = TOps.Zero;
        TV c600 = TOps.Zero;
        TV c610 = TOps.Zero;
        TV c700 = TOps.Zero;
        TV c710 = TOps.Zero;
        int* taps = a.Taps;
        int tapCount = a.TapCount;
        nint wv = a.WeightVector;
        nint block = 0;
        int blocks = a.Blocks;
        do
        {
            blocks--;
            int rows = blocks == 0 ? a.LastRows : Simd.Lanes;
            int t = 0;
            do
            {
                nint k = block + taps[t];
                int n = rows;
                while (n >= 4)
                {
                    TV w00 = TOps.Load(w);
                    TV w01 = TOps.Load(w + wv);
                    TV v00 = TOps.Broadcast(*(float*)(x0 + k));
                    c000 = TOps.Fma(v00, w00, c000);
                    c010 = TOps.Fma(v00, w01, c010);
                    TV v01 = TOps.Broadcast(*(float*)(x1 + k));
                    c100 = TOps.Fma(v01, w00, c100);
                    c110 = TOps.Fma(v01, w01, c110);
                    TV v02 = TOps.Broadcast(*(float*)(x2 + k));
                    c200 = TOps.Fma(v02, w00, c200);
                    c210 = TOps.Fma(v02, w01, c210);
                    TV v03 = TOps.Broadcast(*(float*)(x3 + k));
                    c300 = TOps.Fma(v03, w00, c300);
                    c310 = TOps.Fma(v03, w01, c310);
                    TV v04 = TOps.Broadcast(*(float*)(x4 + k));
                    c400 = TOps.Fma(v04, w00, c400);
                    c410 = TOps.Fma(v04, w01, c410);
                    TV v05 = TOps.Broadcast(*(float*)(x5 + k));
                    c500 = TOps.Fma(v05, w00, c500);
                    c510 = TOps.Fma(v05, w01, c510);
                    TV v06 = TOps.Broadcast(*(float*)(x6 + k));
                    c600 = TOps.Fma(v06, w00, c600);
                    c610 = TOps.Fma(v06, w01, c610);
                    TV v07 = TOps.Broadcast(*(float*)(x7 + k));
                    c700 = TOps.Fma(v07, w00, c700);
                    c710 = TOps.Fma(v07, w01, c710);
                    TV w10 = TOps.Load(w + (1 * Simd.Lanes));
                    TV w11 = TOps.Load(w + (1 * Simd.Lanes) + wv);
                    TV v10 = TOps.Broadcast(*(float*)(x0 + k + 4));
                    c000 = TOps.Fma(v10, w10, c000);
                    c010 = TOps.Fma(v10, w11, c010);
                    TV v11 = TOps.Broadcast(*(float*)(x1 + k + 4));
                    c100 = TOps.Fma(v11, w10, c100);
                    c110 = TOps.Fma(v11, w11, c110);
                    TV v12 = TOps.Broadcast(*(float*)(x2 + k + 4));
                    c200 = TOps.Fma(v12, w10, c200);
                    c210 = TOps.Fma(v12, w11, c210);
                    TV v13 = TOps.Broadcast(*(float*)(x3 + k + 4));
                    c300 = TOps.Fma(v13, w10, c300);
                    c310 = TOps.Fma(v13, w11, c310);
                    TV v14 = TOps.Broadcast(*(float*)(x4 + k + 4));
                    c400 = TOps.Fma(v14, w10, c400);
                    c410 = TOps.Fma(v14, w11, c410);
                    TV v15 = TOps.Broadcast(*(float*)(x5 + k + 4));
                    c500 = TOps.Fma(v15, w10, c500);
                    c510 = TOps.Fma(v15, w11, c510);
                    TV v16 = TOps.Broadcast(*(float*)(x6 + k + 4));
                    c600 = TOps.Fma(v16, w10, c600);
                    c610 = TOps.Fma(v16, w11, c610);
                    TV v17 = TOps.Broadcast(*(float*)(x7 + k + 4));
                    c700 = TOps.Fma(v17, w10, c700);
                    c710 = TOps.Fma(v17, w11, c710);
                    TV w20 = TOps.Load(w + (2 * Simd.Lanes));
                    TV w21 = TOps.Load(w + (2 * Simd.Lanes) + wv);
                    TV v20 = TOps.Broadcast(*(float*)(x0 + k + 8));
                    c000 = TOps.Fma(v20, w20, c000);
                    c010 = TOps.Fma(v20, w21, c010);
                    TV v21 = TOps.Broadcast(*(float*)(x1 + k + 8));
                    c100 = TOps.Fma(v21, w20, c100);
                    c110 = TOps.Fma(v21, w21, c110);
                    TV v22 = TOps.Broadcast(*(float*)(x2 + k + 8));
                    c200 = TOps.Fma(v22, w20, c200);
                    c210 = TOps.Fma(v22, w21, c210);
                    TV v23 = TOps.Broadcast(*(float*)(x3 + k + 8));
                    c300 = TOps.Fma(v23, w20, c300);
                    c310 = TOps.Fma(v23, w21, c310);
                    TV v24 = TOps.Broadcast(*(float*)(x4 + k + 8));
                    c400 = TOps.Fma(v24, w20, c400);
                    c410 = TOps.Fma(v24, w21, c410);
                    TV v25 = TOps.Broadcast(*(float*)(x5 + k + 8));
                    c500 = TOps.Fma(v25, w20, c500);
                    c510 = TOps.Fma(v25, w21, c510);
                    TV v26 = TOps.Broadcast(*(float*)(x6 + k + 8));
                    c600 = TOps.Fma(v26, w20, c600);
                    c610 = TOps.Fma(v26, w21, c610);
                    TV v27 = TOps.Broadcast(*(float*)(x7 + k + 8));
                    c700 = TOps.Fma(v27, w20, c700);
                    c710 = TOps.Fma(v27, w21, c710);
                    TV w30 = TOps.Load(w + (3 * Simd.Lanes));
                    TV w31 = TOps.Load(w + (3 * Simd.Lanes) + wv);
                    TV v30 = TOps.Broadcast(*(float*)(x0 + k + 12));
                    c000 = TOps.Fma(v30, w30, c000);
                    c010 = TOps.Fma(v30, w31, c010);
                    TV v31 = TOps.Broadcast(*(float*)(x1 + k + 12));
                    c100 = TOps.Fma(v31, w30, c100);
                    c110 = TOps.Fma(v31, w31, c110);
                    TV v32 = TOps.Broadcast(*(float*)(x2 + k + 12));
                    c200 = TOps.Fma(v32, w30, c200);
                    c210 = TOps.Fma(v32, w31, c210);
                    TV v33 = TOps.Broadcast(*(float*)(x3 + k + 12));
                    c300 = TOps.Fma(v33, w30, c300);
                    c310 = TOps.Fma(v33, w31, c310);
                    TV v34 = TOps.Broadcast(*(float*)(x4 + k + 12));
                    c400 = TOps.Fma(v34, w30, c400);
                    c410 = TOps.Fma(v34, w31, c410);
                    TV v35 = TOps.Broadcast(*(float*)(x5 + k + 12));
                    c500 = TOps.Fma(v35, w30, c500);
                    c510 = TOps.Fma(v35, w31, c510);
                    TV v36 = TOps.Broadcast(*(float*)(x6 + k + 12));
                    c600 = TOps.Fma(v36, w30, c600);
                    c610 = TOps.Fma(v36, w31, c610);
                    TV v37 = TOps.Broadcast(*(float*)(x7 + k + 12));
                    c700 = TOps.Fma(v37, w30, c700);
                    c710 = TOps.Fma(v37, w31, c710);
                    k += 4 * sizeof(float);
                    w += 4 * Simd.Lanes;
                    n -= 4;
                }

                if (n >= 2)
                {
                    TV w00 = TOps.Load(w);
                    TV w01 = TOps.Load(w + wv);
                    TV v00 = TOps.Broadcast(*(float*)(x0 + k));
                    c000 = TOps.Fma(v00, w00, c000);
                    c010 = TOps.Fma(v00, w01, c010);
                    TV v01 = TOps.Broadcast(*(float*)(x1 + k));
                    c100 = TOps.Fma(v01, w00, c100);
                    c110 = TOps.Fma(v01, w01, c110);
                    TV v02 = TOps.Broadcast(*(float*)(x2 + k));
                    c200 = TOps.Fma(v02, w00, c200);
                    c210 = TOps.Fma(v02, w01, c210);
                    TV v03 = TOps.Broadcast(*(float*)(x3 + k));
                    c300 = TOps.Fma(v03, w00, c300);
                    c310 = TOps.Fma(v03, w01, c310);
                    TV v04 = TOps.Broadcast(*(float*)(x4 + k));
                    c400 = TOps.Fma(v04, w00, c400);
                    c410 = TOps.Fma(v04, w01, c410);
                    TV v05 = TOps.Broadcast(*(float*)(x5 + k));
                    c500 = TOps.Fma(v05, w00, c500);
                    c510 = TOps.Fma(v05, w01, c510);
                    TV v06 = TOps.Broadcast(*(float*)(x6 + k));
                    c600 = TOps.Fma(v06, w00, c600);
                    c610 = TOps.Fma(v06, w01, c610);
                    TV v07 = TOps.Broadcast(*(float*)(x7 + k));
                    c700 = TOps.Fma(v07, w00, c700);
                    c710 = TOps.Fma(v07, w01, c710);
                    TV w10 = TOps.Load(w + (1 * Simd.Lanes));
                    TV w11 = TOps.Load(w + (1 * Simd.Lanes) + wv);
                    TV v10 = TOps.Broadcast(*(float*)(x0 + k + 4));
                    c000 = TOps.Fma(v10, w10, c000);
                    c010 = TOps.Fma(v10, w11, c010);
                    TV v11 = TOps.Broadcast(*(float*)(x1 + k + 4));
                    c100 = TOps.Fma(v11, w10, c100);
                    c110 = TOps.Fma(v11, w11, c110);
                    TV v12 = TOps.Broadcast(*(float*)(x2 + k + 4));
                    c200 = TOps.Fma(v12, w10, c200);
                    c210 = TOps.Fma(v12, w11, c210);
                    TV v13 = TOps.Broadcast(*(float*)(x3 + k + 4));
                    c300 = TOps.Fma(v13, w10, c300);
                    c310 = TOps.Fma(v13, w11, c310);
                    TV v14 = TOps.Broadcast(*(float*)(x4 + k + 4));
                    c400 = TOps.Fma(v14, w10, c400);
                    c410 = TOps.Fma(v14, w11, c410);
                    TV v15 = TOps.Broadcast(*(float*)(x5 + k + 4));
                    c500 = TOps.Fma(v15, w10, c500);
                    c510 = TOps.Fma(v15, w11, c510);
                    TV v16 = TOps.Broadcast(*(float*)(x6 + k + 4));
                    c600 = TOps.Fma(v16, w10, c600);
                    c610 = TOps.Fma(v16, w11, c610);
                    TV v17 = TOps.Broadcast(*(float*)(x7 + k + 4));
                    c700 = TOps.Fma(v17, w10, c700);
                    c710 = TOps.Fma(v17, w11, c710);
                    k += 2 * sizeof(float);
                    w += 2 * Simd.Lanes;
                    n -= 2;
                }

                if (n > 0)
                {
                    TV w00 = TOps.Load(w);
                    TV w01 = TOps.Load(w + wv);
                    TV v00 = TOps.Broadcast(*(float*)(x0 + k));
                    c000 = TOps.Fma(v00, w00, c000);
                    c010 = TOps.Fma(v00, w01, c010);
                    TV v01 = TOps.Broadcast(*(float*)(x1 + k));
                    c100 = TOps.Fma(v01, w00, c100);
                    c110 = TOps.Fma(v01, w01, c110);
                    TV v02 = TOps.Broadcast(*(float*)(x2 + k));
                    c200 = TOps.Fma(v02, w00, c200);
                    c210 = TOps.Fma(v02, w01, c210);
                    TV v03 = TOps.Broadcast(*(float*)(x3 + k));
                    c300 = TOps.Fma(v03, w00, c300);
                    c310 = TOps.Fma(v03, w01, c310);
                    TV v04 = TOps.Broadcast(*(float*)(x4 + k));
                    c400 = TOps.Fma(v04, w00, c400);
                    c410 = TOps.Fma(v04, w01, c410);
                    TV v05 = TOps.Broadcast(*(float*)(x5 + k));
                    c500 = TOps.Fma(v05, w00, c500);
                    c510 = TOps.Fma(v05, w01, c510);
                    TV v06 = TOps.Broadcast(*(float*)(x6 + k));
                    c600 = TOps.Fma(v06, w00, c600);
                    c610 = TOps.Fma(v06, w01, c610);
                    TV v07 = TOps.Broadcast(*(float*)(x7 + k));
                    c700 = TOps.Fma(v07, w00, c700);
                    c710 = TOps.Fma(v07, w01, c710);
                    w += Simd.Lanes;
                }

                t++;
            }
            while (t < tapCount);

            block += a.BlockBytes;
        }
        while (blocks > 0);

        nint yv = a.OutputVector;
        if (accumulate)
        {
            c000 = TOps.Add(c000, TOps.Load(y));
            c010 = TOps.Add(c010, TOps.Load(y + yv));
            c100 = TOps.Add(c100, TOps.Load(y + (1 * Simd.Lanes)));
            c110 = TOps.Add(c110, TOps.Load(y + (1 * Simd.Lanes) + yv));
            c200 = TOps.Add(c200, TOps.Load(y + (2 * Simd.Lanes)));
            c210 = TOps.Add(c210, TOps.Load(y + (2 * Simd.Lanes) + yv));
            c300 = TOps.Add(c300, TOps.Load(y + (3 * Simd.Lanes)));
            c310 = TOps.Add(c310, TOps.Load(y + (3 * Simd.Lanes) + yv));
            c400 = TOps.Add(c400, TOps.Load(y + (4 * Simd.Lanes)));
            c410 = TOps.Add(c410, TOps.Load(y + (4 * Simd.Lanes) + yv));
            c500 = TOps.Add(c500, TOps.Load(y + (5 * Simd.Lanes)));
            c510 = TOps.Add(c510, TOps.Load(y + (5 * Simd.Lanes) + yv));
            c600 = TOps.Add(c600, TOps.Load(y + (6 * Simd.Lanes)));
            c610 = TOps.Add(c610, TOps.Load(y + (6 * Simd.Lanes) + yv));
            c700 = TOps.Add(c700, TOps.Load(y + (7 * Simd.Lanes)));
            c710 = TOps.Add(c710, TOps.Load(y + (7 * Simd.Lanes) + yv));
        }

        TOps.Store(c000, y);
        TOps.Store(c010, y + yv);
        TOps.Store(c100, y + (1 * Simd.Lanes));
        TOps.Store(c110, y + (1 * Simd.Lanes) + yv);
        TOps.Store(c200, y + (2 * Simd.Lanes));
        TOps.Store(c210, y + (2 * Simd.Lanes) + yv);
        TOps.Store(c300, y + (3 * Simd.Lanes));
        TOps.Store(c310, y + (3 * Simd.Lanes) + yv);
        TOps.Store(c400, y + (4 * Simd.Lanes));
        TOps.Store(c410, y + (4 * Simd.Lanes) + yv);
        TOps.Store(c500, y + (5 * Simd.Lanes));
        TOps.Store(c510, y + (5 * Simd.Lanes) + yv);
        TOps.Store(c600, y + (6 * Simd.Lanes));
        TOps.Store(c610, y + (6 * Simd.Lanes) + yv);
        TOps.Store(c700, y + (7 * Simd.Lanes));
        TOps.Store(c710, y + (7 * Simd.Lanes) + yv);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile8x1<TV, TOps>(
        in TileArguments a, byte* x, int* pixels, float* w, float* y, bool accumulate)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        byte* x0 = x + pixels[0];
        byte* x1 = x + pixels[1];
        byte* x2 = x + pixels[2];
        byte* x3 = x + pixels[3];
        byte* x4 = x + pixels[4];
        byte* x5 = x + pixels[5];
        byte* x6 = x + pixels[6];
        byte* x7 = x + pixels[7];
        TV c000 = TOps.Zero;
        TV c001 = TOps.Zero;
        TV c100 = TOps.Zero;
        TV c101 = TOps.Zero;
        TV c200 = TOps.Zero;
        TV c201 = TOps.Zero;
        TV c300 = TOps.Zero;
        TV c301 = TOps.Zero;
        TV c400 = TOps.Zero;
        TV c401 = TOps.Zero;
        TV c500 = TOps.Zero;
        TV c501 = TOps.Zero;
        TV c600 = TOps.Zero;
        TV c601 = TOps.Zero;
        TV c700 = TOps.Zero;
        TV c701 = TOps.Zero;
        int* taps = a.Taps;
        int tapCount = a.TapCount;
        nint wv = a.WeightVector;
        nint block = 0;
        int blocks = a.Blocks;
        do
        {
            blocks--;
            int rows = blocks == 0 ? a.LastRows : Simd.Lanes;
            int t = 0;
            do
            {
                nint k = block + taps[t];
                int n = rows;
                while (n >= 4)
                {
                    TV w00 = TOps.Load(w);
                    TV v00 = TOps.Broadcast(*(float*)(x0 + k));
                    c000 = TOps.Fma(v00, w00, c000);
                    TV v01 = TOps.Broadcast(*(float*)(x1 + k));
                    c100 = TOps.Fma(v01, w00, c100);
                    TV v02 = TOps.Broadcast(*(float*)(x2 + k));
                    c200 = TOps.Fma(v02, w00, c200);
                    TV v03 = TOps.Broadcast(*(float*)(x3 + k));
                    c300 = TOps.Fma(v03, w00, c300);
                    TV v04 = TOps.Broadcast(*(float*)(x4 + k));
                    c400 = TOps.Fma(v04, w00, c400);
                    TV v05 = TOps.Broadcast(*(float*)(x5 + k));
                    c500 = TOps.Fma(v05, w00, c500);
                    TV v06 = TOps.Broadcast(*(float*)(x6 + k));
                    c600 = TOps.Fma(v06, w00, c600);
                    TV v07 = TOps.Broadcast(*(float*)(x7 + k));
                    c700 = TOps.Fma(v07, w00, c700);
                    TV w10 = TOps.Load(w + (1 * Simd.Lanes));
                    TV v10 = TOps.Broadcast(*(float*)(x0 + k + 4));
                    c001 = TOps.Fma(v10, w10, c001);
                    TV v11 = TOps.Broadcast(*(float*)(x1 + k + 4));
                    c101 = TOps.Fma(v11, w10, c101);
                    TV v12 = TOps.Broadcast(*(float*)(x2 + k + 4));
                    c201 = TOps.Fma(v12, w10, c201);
                    TV v13 = TOps.Broadcast(*(float*)(x3 + k + 4));
                    c301 = TOps.Fma(v13, w10, c301);
                    TV v14 = TOps.Broadcast(*(float*)(x4 + k + 4));
                    c401 = TOps.Fma(v14, w10, c401);
                    TV v15 = TOps.Broadcast(*(float*)(x5 + k + 4));
                    c501 = TOps.Fma(v15, w10, c501);
                    TV v16 = TOps.Broadcast(*(float*)(x6 + k + 4));
                    c601 = TOps.Fma(v16, w10, c601);
                    TV v17 = TOps.Broadcast(*(float*)(x7 + k + 4));
                    c701 = TOps.Fma(v17, w10, c701);
                    TV w20 = TOps.Load(w + (2 * Simd.Lanes));
                    TV v20 = TOps.Broadcast(*(float*)(x0 + k + 8));
                    c000 = TOps.Fma(v20, w20, c000);
                    TV v21 = TOps.Broadcast(*(float*)(x1 + k + 8));
                    c100 = TOps.Fma(v21, w20, c100);
                    TV v22 = TOps.Broadcast(*(float*)(x2 + k + 8));
                    c200 = TOps.Fma(v22, w20, c200);
                    TV v23 = TOps.Broadcast(*(float*)(x3 + k + 8));
                    c300 = TOps.Fma(v23, w20, c300);
                    TV v24 = TOps.Broadcast(*(float*)(x4 + k + 8));
                    c400 = TOps.Fma(v24, w20, c400);
                    TV v25 = TOps.Broadcast(*(float*)(x5 + k + 8));
                    c500 = TOps.Fma(v25, w20, c500);
                    TV v26 = TOps.Broadcast(*(float*)(x6 + k + 8));
                    c600 = TOps.Fma(v26, w20, c600);
                    TV v27 = TOps.Broadcast(*(float*)(x7 + k + 8));
                    c700 = TOps.Fma(v27, w20, c700);
                    TV w30 = TOps.Load(w + (3 * Simd.Lanes));
                    TV v30 = TOps.Broadcast(*(float*)(x0 + k + 12));
                    c001 = TOps.Fma(v30, w30, c001);
                    TV v31 = TOps.Broadcast(*(float*)(x1 + k + 12));
                    c101 = TOps.Fma(v31, w30, c101);
                    TV v32 = TOps.Broadcast(*(float*)(x2 + k + 12));
                    c201 = TOps.Fma(v32, w30, c201);
                    TV v33 = TOps.Broadcast(*(float*)(x3 + k + 12));
                    c301 = TOps.Fma(v33, w30, c301);
                    TV v34 = TOps.Broadcast(*(float*)(x4 + k + 12));
                    c401 = TOps.Fma(v34, w30, c401);
                    TV v35 = TOps.Broadcast(*(float*)(x5 + k + 12));
                    c501 = TOps.Fma(v35, w30, c501);
                    TV v36 = TOps.Broadcast(*(float*)(x6 + k + 12));
                    c601 = TOps.Fma(v36, w30, c601);
                    TV v37 = TOps.Broadcast(*(float*)(x7 + k + 12));
                    c701 = TOps.Fma(v37, w30, c701);
                    k += 4 * sizeof(float);
                    w += 4 * Simd.Lanes;
                    n -= 4;
                }

                if (n >= 2)
                {
                    TV w00 = TOps.Load(w);
                    TV v00 = TOps.Broadcast(*(float*)(x0 + k));
                    c000 = TOps.Fma(v00, w00, c000);
                    TV v01 = TOps.Broadcast(*(float*)(x1 + k));
                    c100 = TOps.Fma(v01, w00, c100);
                    TV v02 = TOps.Broadcast(*(float*)(x2 + k));
                    c200 = TOps.Fma(v02, w00, c200);
                    TV v03 = TOps.Broadcast(*(float*)(x3 + k));
                    c300 = TOps.Fma(v03, w00, c300);
                    TV v04 = TOps.Broadcast(*(float*)(x4 + k));
                    c400 = TOps.Fma(v04, w00, c400);
                    TV v05 = TOps.Broadcast(*(float*)(x5 + k));
                    c500 = TOps.Fma(v05, w00, c500);
                    TV v06 = TOps.Broadcast(*(float*)(x6 + k));
                    c600 = TOps.Fma(v06, w00, c600);
                    TV v07 = TOps.Broadcast(*(float*)(x7 + k));
                    c700 = TOps.Fma(v07, w00, c700);
                    TV w10 = TOps.Load(w + (1 * Simd.Lanes));
                    TV v10 = TOps.Broadcast(*(float*)(x0 + k + 4));
                    c001 = TOps.Fma(v10, w10, c001);
                    TV v11 = TOps.Broadcast(*(float*)(x1 + k + 4));
                    c101 = TOps.Fma(v11, w10, c101);
                    TV v12 = TOps.Broadcast(*(float*)(x2 + k + 4));
                    c201 = TOps.Fma(v12, w10, c201);
                    TV v13 = TOps.Broadcast(*(float*)(x3 + k + 4));
                    c301 = TOps.Fma(v13, w10, c301);
                    TV v14 = TOps.Broadcast(*(float*)(x4 + k + 4));
                    c401 = TOps.Fma(v14, w10, c401);
                    TV v15 = TOps.Broadcast(*(float*)(x5 + k + 4));
                    c501 = TOps.Fma(v15, w10, c501);
                    TV v16 = TOps.Broadcast(*(float*)(x6 + k + 4));
                    c601 = TOps.Fma(v16, w10, c601);
                    TV v17 = TOps.Broadcast(*(float*)(x7 + k + 4));
                    c701 = TOps.Fma(v17, w10, c701);
                    k += 2 * sizeof(float);
                    w += 2 * Simd.Lanes;
                    n -= 2;
                }

                if (n > 0)
                {
                    TV w00 = TOps.Load(w);
                    TV v00 = TOps.Broadcast(*(float*)(x0 + k));
                    c000 = TOps.Fma(v00, w00, c000);
                    TV v01 = TOps.Broadcast(*(float*)(x1 + k));
                    c100 = TOps.Fma(v01, w00, c100);
                    TV v02 = TOps.Broadcast(*(float*)(x2 + k));
                    c200 = TOps.Fma(v02, w00, c200);
                    TV v03 = TOps.Broadcast(*(float*)(x3 + k));
                    c300 = TOps.Fma(v03, w00, c300);
                    TV v04 = TOps.Broadcast(*(float*)(x4 + k));
                    c400 = TOps.Fma(v04, w00, c400);
                    TV v05 = TOps.Broadcast(*(float*)(x5 + k));
                    c500 = TOps.Fma(v05, w00, c500);
                    TV v06 = TOps.Broadcast(*(float*)(x6 + k));
                    c600 = TOps.Fma(v06, w00, c600);
                    TV v07 = TOps.Broadcast(*(float*)(x7 + k));
                    c700 = TOps.Fma(v07, w00, c700);
                    w += Simd.Lanes;
                }

                t++;
            }
            while (t < tapCount);

            block += a.BlockBytes;
        }
        while (blocks > 0);

        c000 = TOps.Add(c000, c001);
        c100 = TOps.Add(c100, c101);
        c200 = TOps.Add(c200, c201);
        c300 = TOps.Add(c300, c301);
        c400 = TOps.Add(c400, c401);
        c500 = TOps.Add(c500, c501);
        c600 = TOps.Add(c600, c601);
        c700 = TOps.Add(c700, c701);
        if (accumulate)
        {
            c000 = TOps.Add(c000, TOps.Load(y));
            c100 = TOps.Add(c100, TOps.Load(y + (1 * Simd.Lanes)));
            c200 = TOps.Add(c200, TOps.Load(y + (2 * Simd.Lanes)));
            c300 = TOps.Add(c300, TOps.Load(y + (3 * Simd.Lanes)));
            c400 = TOps.Add(c400, TOps.Load(y + (4 * Simd.Lanes)));
            c500 = TOps.Add(c500, TOps.Load(y + (5 * Simd.Lanes)));
            c600 = TOps.Add(c600, TOps.Load(y + (6 * Simd.Lanes)));
            c700 = TOps.Add(c700, TOps.Load(y + (7 * Simd.Lanes)));
        }

        TOps.Store(c000, y);
        TOps.Store(c100, y + (1 * Simd.Lanes));
        TOps.Store(c200, y + (2 * Simd.Lanes));
        TOps.Store(c300, y + (3 * Simd.Lanes));
        TOps.Store(c400, y + (4 * Simd.Lanes));
        TOps.Store(c500, y + (5 * Simd.Lanes));
        TOps.Store(c600, y + (6 * Simd.Lanes));
        TOps.Store(c700, y + (7 * Simd.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Tile4x2<TV, TOps>(
        in TileArguments a, byte* x, int* pixels, float* w, float* y, bool accumulate)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        byte* x0 = x + pixels[0];
        byte* x1 = x + pixels[1];
        byte* x2 = x + pixels[2];
        byte* x3 = x + pixels[3];
        TV c000 = TOps.Zero;
        TV c010 = TOps.Zero;
        TV c100 = TOps.Zero;
        TV c110 = TOps.Zero;
        TV c200 = TOps.Zero;
        TV c210 = TOps.Zero;
        TV c300 = TOps.Zero;
        TV c310 = TOps.Zero;
        int* taps = a.Taps;
        int tapCount = a.TapCount;
        nint wv = a.WeightVector;
        nint block = 0;
        int blocks = a.Blocks;
        do
        {
            blocks--;
            int rows = blocks == 0 ? a.LastRows : Simd.Lanes;
            int t = 0;
            do
            {
                nint k = block + taps[t];
                int n = rows;
                while (n >= 4)
                {
                    TV w00 = TOps.Load(w);
                    TV w01 = TOps.Load(w + wv);
                    TV v00 = TOps.Broadcast(*(float*)(x0 + k));
                    c000 = TOps.Fma(v00, w00, c000);
                    c010 = TOps.Fma(v00, w01, c010);
                    TV v01 = TOps.Broadcast(*(float*)(x1 + k));
                    c100 = TOps.Fma(v01, w00, c100);
                    c110 = TOps.Fma(v01, w01, c110);
                    TV v02 = TOps.Broadcast(*(float*)(x2 + k));
                    c200 = TOps.Fma(v02, w00, c200);
                    c210 = TOps.Fma(v02, w01, c210);
                    TV v03 = TOps.Broadcast(*(float*)(x3 + k));
                    c300 = TOps.Fma(v03, w00, c300);
                    c310 = TOps.Fma(v03, w01, c310);
                    TV w10 = TOps.Load(w + (1 * Simd.Lanes));
                    TV w11 = TOps.Load(w + (1 * Simd.Lanes) + wv);
                    TV v10 = TOps.Broadcast(*(float*)(x0 + k + 4));
                    c000 = TOps.Fma(v10, w10, c000);
                    c010 = TOps.Fma(v10, w11, c010);
                    TV v11 = TOps.Broadcast(*(float*)(x1 + k + 4));
                    c100 = TOps.Fma(v11, w10, c100);
                    c110 = TOps.Fma(v11, w11, c110);
                    TV v12 = TOps.Broadcast(*(float*)(x2 + k + 4));
                    c200 = TOps.Fma(v12, w10, c200);
                    c210 = TOps.Fma(v12, w11, c210);
                    TV v13 = TOps.Broadcast(*(float*)(x3 + k + 4));
                    c300 = TOps.Fma(v13, w10, c300);
                    c310 = TOps.Fma(v13, w11, c310);
                    TV w20 = TOps.Load(w + (2 * Simd.Lanes));
                    TV w21 = TOps.Load(w + (2 * Simd.Lanes) + wv);
                    TV v20 = TOps.Broadcast(*(float*)(x0 + k + 8));
                    c000 = TOps.Fma(v20, w20, c000);
                    c010 = TOps.Fma(v20, w21, c010);
                    TV v21 = TOps.Broadcast(*(float*)(x1 + k + 8));
                    c100 = TOps.Fma(v21, w20, c100);
                    c110 = TOps.Fma(v21, w21, c110);
                    TV v22 = TOps.Broadcast(*(float*)(x2 + k + 8));
                    c200 = TOps.Fma(v22, w20, c200);
                    c210 = TOps.Fma(v22, w21, c210);
                    TV v23 = TOps.Broadcast(*(float*)(x3 + k + 8));
                    c300 = TOps.Fma(v23, w20, c300);
                    c310 = TOps.Fma(v23, w21, c310);
                    TV w30 = TOps.Load(w + (3 * Simd.Lanes));
                    TV w31 = TOps.Load(w + (3 * Simd.Lanes) + wv);
                    TV v30 = TOps.Broadcast(*(float*)(x0 + k + 12));
                    c000 = TOps.Fma(v30, w30, c000);
                    c010 = TOps.Fma(v30, w31, c010);
                    TV v31 = TOps.Broadcast(*(float*)(x1 + k + 12));
                    c100 = TOps.Fma(v31, w30, c100);
                    c110 = TOps.Fma(v31, w31, c110);
                    TV v32 = TOps.Broadcast(*(float*)(x2 + k + 12));
                    c200 = TOps.Fma(v32, w30, c200);
                    c210 = TOps.Fma(v32, w31, c210);
                    TV v33 = TOps.Broadcast(*(float*)(x3 + k + 12));
                    c300 = TOps.Fma(v33, w30, c300);
                    c310 = TOps.Fma(v33, w31, c310);
                    k += 4 * sizeof(float);
                    w += 4 * Simd.Lanes;
                    n -= 4;
                }

                if (n >= 2)
                {
                    TV w00 = TOps.Load(w);
                    TV w01 = TOps.Load(w + wv);
                    TV v00 = TOps.Broadcast(*(float*)(x0 + k));
                    c000 = TOps.Fma(v00, w00, c000);
                    c010 = TOps.Fma(v00, w01, c010);
                    TV v01 = TOps.Broadcast(*(float*)(x1 + k));
                    c100 = TOps.Fma(v01, w00, c100);
                    c110 = TOps.Fma(v01, w01, c110);
                    TV v02 = TOps.Broadcast(*(float*)(x2 + k));
                    c200 = TOps.Fma(v02, w00, c200);
                    c210 = TOps.Fma(v02, w01, c210);
                    TV v03 = TOps.Broadcast(*(float*)(x3 + k));
                    c300 = TOps.Fma(v03, w00, c300);
                    c310 = TOps.Fma(v03, w01, c310);
                    TV w10 = TOps.Load(w + (1 * Simd.Lanes));
                    TV w11 = TOps.Load(w + (1 * Simd.Lanes) + wv);
                    TV v10 = TOps.Broadcast(*(float*)(x0 + k + 4));
                    c000 = TOps.Fma(v10, w10, c000);
                    c010 = TOps.Fma(v10, w11, c010);
                    TV v11 = TOps.Broadcast(*(float*)(x1 + k + 4));
                    c100 = TOps.Fma(v11, w10, c100);
                    c110 = TOps.Fma(v11, w11, c110);
                    TV v12 = TOps.Broadcast(*(float*)(x2 + k + 4));
                    c200 = TOps.Fma(v12, w10, c200);
                    c210 = TOps.Fma(v12, w11, c210);
                    TV v13 = TOps.Broadcast(*(float*)(x3 + k + 4));
                    c300 = TOps.Fma(v13, w10, c300);
                    c310 = TOps.Fma(v13, w11, c310);
                    k += 2 * sizeof(float);
                    w += 2 * Simd.Lanes;
                    n -= 2;
                }

                if (n > 0)
                {
                    TV w00 = TOps.Load(w);
                    TV w01 = TOps.Load(w + wv);
                    TV v00 = TOps.Broadcast(*(float*)(x0 + k));
                    c000 = TOps.Fma(v00, w00, c000);
                    c010 = TOps.Fma(v00, w01, c010);
                    TV v01 = TOps.Broadcast(*(float*)(x1 + k));
                    c100 = TOps.Fma(v01, w00, c100);
                    c110 = TOps.Fma(v01, w01, c110);
                    TV v02 = TOps.Broadcast(*(float*)(x2 + k));
                    c200 = TOps.Fma(v02, w00, c200);
                    c210 = TOps.Fma(v02, w01, c210);
                    TV v03 = TOps.Broadcast(*(float*)(x3 + k));
                    c300 = TOps.Fma(v03, w00, c300);
                    c310 = TOps.Fma(v03, w01, c310);
                    w += Simd.Lanes;
                }

                t++;
            }
            while (t < tapCount);

            block += a.BlockBytes;
        }
        while (blocks > 0);

        nint yv = a.OutputVector;
        if (accumulate)
        {
            c000 = TOps.Add(c000, TOps.Load(y));
            c010 = TOps.Add(c010, TOps.Load(y + yv));
            c100 = TOps.Add(c100, TOps.Load(y + (1 * Simd.Lanes)));
            c110 = TOps.Add(c110, TOps.Load(y + (1 * Simd.Lanes) + yv));
            c200 = TOps.Add(c200, TOps.Load(y + (2 * Simd.Lanes)));
            c210 = TOps.Add(c210, TOps.Load(y + (2 * Simd.Lanes) + yv));
            c300 = TOps.Add(c300, TOps.Load(y + (3 * Simd.Lanes)));
            c310 = TOps.Add(c310, TOps.Load(y + (3 * Simd.Lanes) + yv));
        }

        TOps.Store(c000, y);
        TOps.Store(c010, y + yv);
        TOps.Store(c100, y + (1 * Simd.Lanes));
        TOps.Store(c110, y + (1 * Simd.Lanes) + yv);
        TOps.Store(c200, y + (2 * Simd.Lanes));
        TOps.Store(c210, y + (2 * Simd.Lanes) + yv);
        TOps.Store(c300, y + (3 * Simd.Lanes));
        TOps.Store(c310, y + (3 * Simd.Lanes) + yv);
    }
}
