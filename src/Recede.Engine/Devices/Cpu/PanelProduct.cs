using System.Runtime.Intrinsics;
using Recede.Engine.Devices.Cpu.Generated;

namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// c[row][lane] = (add ? c : 0) + the sum over k of a[row][k] * b[k][lane], for panels that stay in the first-level cache.
/// </summary>
internal static unsafe class PanelProduct
{
    /// <summary>
    /// A kernel computes whole tiles of rows: so many rows at most past the last are read from a and written to c.
    /// </summary>
    public const int RowsBeyond = 15;

    /// <summary>The product for 1 to 4 blocks of 16 lanes.</summary>
    public static void Run<TV, TOps>(in PanelArguments p, float* a, float* b, float* c, int rows, int blocks)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        if (sizeof(TV) != sizeof(Vector512<float>))
        {
            Halves<TV, TOps>(p, a, b, c, rows, blocks);
            return;
        }

        switch (blocks)
        {
            case 1:
                for (int r = 0; r < rows; r += 16)
                {
                    PanelKernels.Panel16x1<TV, TOps>(p, a + (r * p.ARow), b, c + (r * p.CRow));
                }

                break;
            case 2:
                for (int r = 0; r < rows; r += 8)
                {
                    if (rows - r > 4)
                    {
                        PanelKernels.Panel8x2<TV, TOps>(p, a + (r * p.ARow), b, c + (r * p.CRow));
                    }
                    else
                    {
                        PanelKernels.Panel4x2<TV, TOps>(p, a + (r * p.ARow), b, c + (r * p.CRow));
                    }
                }

                break;
            case 3:
                for (int r = 0; r < rows; r += 8)
                {
                    PanelKernels.Panel8x3<TV, TOps>(p, a + (r * p.ARow), b, c + (r * p.CRow));
                }

                break;
            default:
                for (int r = 0; r < rows; r += 6)
                {
                    if (rows - r > 4)
                    {
                        PanelKernels.Panel6x4<TV, TOps>(p, a + (r * p.ARow), b, c + (r * p.CRow));
                    }
                    else
                    {
                        PanelKernels.Panel4x4<TV, TOps>(p, a + (r * p.ARow), b, c + (r * p.CRow));
                    }
                }

                break;
        }
    }

    // Sixteen registers hold 6 rows x 2 vectors.
    private static void Halves<TV, TOps>(in PanelArguments p, float* a, float* b, float* c, int rows, int blocks)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        int pair = 2 * sizeof(TV) / sizeof(float);
        for (int lane = 0; lane < blocks * Simd.Lanes; lane += pair)
        {
            for (int r = 0; r < rows; r += 6)
            {
                PanelKernels.Panel6x2<TV, TOps>(p, a + (r * p.ARow), b + lane, c + (r * p.CRow) + lane);
            }
        }
    }
}
