using System.Runtime.CompilerServices;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>A tensor in NCHW16c that tiles are read from; beyond its edges it is zero.</summary>
internal unsafe struct TileSource
{
    private const int Lanes = Simd.Lanes;

    public float* Values;
    public int Blocks;
    public int Height;
    public int Width;

    /// <summary>Rows of zeros above the first tile's window.</summary>
    public int Top;

    /// <summary>Columns of zeros left of the first tile's window.</summary>
    public int Left;

    /// <summary>
    /// Transforms the windows of some tiles: images from <paramref name="image"/> on, tile rows from <paramref name="tileRow"/> on, all
    /// tile columns, channel blocks from <paramref name="firstBlock"/> on. The value of plane p, tile t and channel c goes to
    /// v[p * <paramref name="plane"/> + t * <paramref name="tile"/> + c].
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public readonly void Transform<TWindow, TV, TOps>(
        int image, int images, int tileRow, int tileRows, int tileColumns, int firstBlock, int blocks, float* v, nint plane, nint tile)
        where TWindow : struct, IWindow
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        float* patch = stackalloc float[(TWindow.Size * TWindow.Size * Lanes) + Lanes];
        patch = (float*)(((nint)patch + 63) & ~63);
        nint row = (nint)Width * Lanes;
        nint block = Height * row;
        for (int n = 0; n < images; n++)
        {
            float* source = Values + ((((image + n) * (nint)Blocks) + firstBlock) * block);
            for (int t = 0; t < tileRows; t++)
            {
                int top = ((tileRow + t) * TWindow.Step) - Top;
                int firstRow = Math.Clamp(-top, 0, TWindow.Size);
                int lastRow = Math.Clamp(Height - top, firstRow, TWindow.Size);
                for (int s = 0; s < tileColumns; s++)
                {
                    int left = (s * TWindow.Step) - Left;
                    int firstColumn = Math.Clamp(-left, 0, TWindow.Size);
                    int lastColumn = Math.Clamp(Width - left, firstColumn, TWindow.Size);
                    float* from = source + (top * row) + ((nint)left * Lanes);
                    if (lastRow - firstRow == TWindow.Size && lastColumn - firstColumn == TWindow.Size)
                    {
                        for (int b = 0; b < blocks; b++)
                        {
                            Window<TWindow, TV, TOps>(from + (b * block), row, v + (b * Lanes), plane);
                        }
                    }
                    else
                    {
                        // What lies beyond the edges stays zero for every block.
                        new Span<float>(patch, TWindow.Size * TWindow.Size * Lanes).Clear();
                        for (int b = 0; b < blocks; b++)
                        {
                            for (int r = firstRow; r < lastRow; r++)
                            {
                                Copy<TV, TOps>(
                                    from + (b * block) + (r * row) + (firstColumn * Lanes),
                                    patch + (((r * TWindow.Size) + firstColumn) * Lanes),
                                    (lastColumn - firstColumn) * Lanes);
                            }

                            Window<TWindow, TV, TOps>(patch, TWindow.Size * Lanes, v + (b * Lanes), plane);
                        }
                    }

                    v += tile;
                }
            }
        }
    }

    // One tile of one block: along the columns, then along the rows.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Window<TWindow, TV, TOps>(float* from, nint row, float* v, nint plane)
        where TWindow : struct, IWindow
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        float* half = stackalloc float[((TWindow.Step + 2) * TWindow.Size * Lanes) + Lanes];
        half = (float*)(((nint)half + 63) & ~63);
        for (int lane = 0; lane < Lanes; lane += sizeof(TV) / sizeof(float))
        {
            for (int c = 0; c < TWindow.Size; c++)
            {
                TWindow.Apply<TV, TOps>(from + (c * Lanes) + lane, row, half + (c * Lanes), TWindow.Size * Lanes);
            }

            for (int r = 0; r < TWindow.Step + 2; r++)
            {
                TWindow.Apply<TV, TOps>(half + (r * TWindow.Size * Lanes), Lanes, v + (r * (TWindow.Step + 2) * plane) + lane, plane);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy<TV, TOps>(float* from, float* to, int floats)
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        for (int i = 0; i < floats; i += sizeof(TV) / sizeof(float))
        {
            TOps.Store(TOps.Load(from + i), to + i);
        }
    }
}
