using System.Runtime.Intrinsics.X86;

namespace Recede.Engine.Devices.Cpu.Winograd;

/// <summary>
/// Asks for what is likely to be transformed next while products, which wait for no memory, are formed: a share of it with each
/// plane. A hint, and wrong at worst.
/// </summary>
internal readonly unsafe struct ReadAhead
{
    private readonly float* _from;

    // Runs of neighbouring lines of the cache: all images at once, or the same rows of every block of one.
    private readonly int _runs;
    private readonly long _lines;
    private readonly nint _step;
    private readonly int _planes;

    /// <param name="source">The tensor, of <paramref name="tiles"/>.Images images.</param>
    /// <param name="tiles">Its tiles.</param>
    /// <param name="size">The rows of a tile.</param>
    /// <param name="part">Which part of the tiles; one beyond the last asks for nothing.</param>
    /// <param name="planes">Into how many shares to cut.</param>
    public ReadAhead(in TileSource source, in PixelParts tiles, int size, int part, int planes)
    {
        if (!Sse.IsSupported || part >= tiles.Count)
        {
            return;
        }

        tiles.Locate(part, out int image, out int images, out int row, out int rows);
        bool isWhole = rows == tiles.Rows;
        long block = (long)source.Height * source.Width;
        int first = isWhole ? 0 : Math.Clamp((row * size) - source.Top, 0, source.Height);
        int last = Math.Clamp(((row + rows) * size) + 2 - source.Top, first, source.Height);
        _from = source.Values + (((image * source.Blocks * block) + (first * (long)source.Width)) * Simd.Lanes);
        _runs = isWhole ? 1 : source.Blocks;
        _lines = isWhole ? images * source.Blocks * block : (last - first) * (long)source.Width;
        _step = (nint)block * Simd.Lanes;
        _planes = planes;
    }

    /// <summary>Asks for the share of a plane.</summary>
    public void Ask(int plane)
    {
        for (int run = 0; run < _runs; run++)
        {
            float* from = _from + (run * _step);
            long end = _lines * (plane + 1) / _planes;
            for (long line = _lines * plane / _planes; line < end; line++)
            {
                Sse.Prefetch1(from + (line * Simd.Lanes));
            }
        }
    }
}
