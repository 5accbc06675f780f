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
        float* zeros = stackalloc float[TWindow.Size * Lanes];
        new Span<float>(zeros, TWindow.Size * Lanes).Clear();
        float** rows = stackalloc float*[TWindow.Size];
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
                bool isInside = lastRow - firstRow == TWindow.Size;
                for (int s = 0; s < tileColumns; s++)
                {
                    int left = (s * TWindow.Step) - Left;
                    int firstColumn = Math.Clamp(-left, 0, TWindow.Size);
                    int lastColumn = Math.Clamp(Width - left, firstColumn, TWindow.Size);
                    float* from = source + (top * row) + ((nint)left * Lanes);
                    for (int b = 0; b < blocks; b++, from += block)
                    {
                        if (isInside)
                        {
                            Window<TWindow, TV, TOps>(from, row, firstColumn, lastColumn, v + (b * Lanes), plane);
                            continue;
                        }

                        for (int r = 0; r < TWindow.Size; r++)
                        {
                            rows[r] = firstRow <= r && r < lastRow ? from + (r * row) : zeros;
                        }

                        Window<TWindow, TV, TOps>(rows, firstColumn, lastColumn, v + (b * Lanes), plane);
                    }

                    v += tile;
                }
            }
        }
    }

    // One tile of one block, all rows of which lie in the image.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Window<TWindow, TV, TOps>(float* from, nint row, int firstColumn, int lastColumn, float* v, nint plane)
        where TWindow : struct, IWindow
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        float* half = stackalloc float[((TWindow.Step + 2) * TWindow.Size * Lanes) + Lanes];
        half = (float*)(((nint)half + 63) & ~63);
        for (int lane = 0; lane < Lanes; lane += sizeof(TV) / sizeof(float))
        {
            for (int c = firstColumn; c < lastColumn; c++)
            {
                TWindow.Apply<TV, TOps, EvenRows>(new EvenRows(from + (c * Lanes) + lane, row), half + (c * Lanes), TWindow.Size * Lanes);
            }

            Finish<TWindow, TV, TOps>(half, firstColumn, lastColumn, v + lane, plane);
        }
    }

    // One tile of one block, some rows of which are zero.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Window<TWindow, TV, TOps>(float** rows, int firstColumn, int lastColumn, float* v, nint plane)
        where TWindow : struct, IWindow
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        float* half = stackalloc float[((TWindow.Step + 2) * TWindow.Size * Lanes) + Lanes];
        half = (float*)(((nint)half + 63) & ~63);
        for (int lane = 0; lane < Lanes; lane += sizeof(TV) / sizeof(float))
        {
            for (int c = firstColumn; c < lastColumn; c++)
            {
                TWindow.Apply<TV, TOps, ListedRows>(new ListedRows(rows, (c * Lanes) + lane), half + (c * Lanes), TWindow.Size * Lanes);
            }

            Finish<TWindow, TV, TOps>(half, firstColumn, lastColumn, v + lane, plane);
        }
    }

    // Along the rows, what lies beyond the image's edges being zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TWindow, TV, TOps>(float* half, int firstColumn, int lastColumn, float* v, nint plane)
        where TWindow : struct, IWindow
        where TV : unmanaged
        where TOps : struct, IVectorOps<TV>
    {
        if (lastColumn - firstColumn < TWindow.Size)
        {
            for (int r = 0; r < TWindow.Step + 2; r++)
            {
                for (int c = 0; c < TWindow.Size; c++)
                {
                    if (c < firstColumn || c >= lastColumn)
                    {
                        TOps.Store(TOps.Zero, half + (((r * TWindow.Size) + c) * Lanes));
                    }
                }
            }
        }

        for (int r = 0; r < TWindow.Step + 2; r++)
        {
            TWindow.Apply<TV, TOps, EvenRows>(
                new EvenRows(half + (r * TWindow.Size * Lanes), Lanes), v + (r * (TWindow.Step + 2) * plane), plane);
        }
    }
}
