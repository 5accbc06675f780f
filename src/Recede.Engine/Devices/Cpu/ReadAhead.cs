using System.Runtime.Intrinsics.X86;

namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// Asks for the input that is likely to be read next while products, which wait for no memory, are formed: a share of it at a time.
/// A hint, and wrong at worst.
/// </summary>
internal readonly unsafe struct ReadAhead
{
    private readonly float* _from;

    // Runs of neighbouring lines of the cache: all images at once, or the same rows of every block of one.
    private readonly int _runs;
    private readonly long _lines;
    private readonly nint _step;
    private readonly int _shares;

    /// <param name="values">A tensor in NCHW16c.</param>
    /// <param name="blocks">Its blocks of channels.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="width">Its columns.</param>
    /// <param name="image">The first of the images to ask for.</param>
    /// <param name="images">How many.</param>
    /// <param name="firstRow">The first row to ask for; above the tensor is as good as 0.</param>
    /// <param name="lastRow">The row after the last; below the tensor is as good as its height.</param>
    /// <param name="shares">Into how many shares to cut.</param>
    public ReadAhead(float* values, int blocks, int height, int width, int image, int images, int firstRow, int lastRow, int shares)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        long block = (long)height * width;
        int first = Math.Clamp(firstRow, 0, height);
        int last = Math.Clamp(lastRow, first, height);
        bool isWhole = last - first == height;
        _from = values + (((image * blocks * block) + (first * (long)width)) * Simd.Lanes);
        _runs = isWhole ? 1 : blocks;
        _lines = isWhole ? images * blocks * block : (last - first) * (long)width;
        _step = (nint)block * Simd.Lanes;
        _shares = shares;
    }

    /// <summary>Asks for a share, from 0 on.</summary>
    public void Ask(int share)
    {
        for (int run = 0; run < _runs; run++)
        {
            float* from = _from + (run * _step);
            long end = _lines * (share + 1) / _shares;
            for (long line = _lines * share / _shares; line < end; line++)
            {
                Sse.Prefetch1(from + (line * Simd.Lanes));
            }
        }
    }
}
