using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>
/// How a norm over x [N, H, W, C] is cut into work: blocks of 16 channels times parts of the N * H * W pixels. The cut, and
/// so the order of every sum, depends on the shape alone.
/// </summary>
internal readonly struct NormCut
{
    // Enough items for a fair share on many threads, of at least 32 KiB each; at most 1 MiB, which also bounds the
    // rounding of a part's sums.
    private const int WantedItems = 32;
    private const int LeastPixels = 512;
    private const int MostPixels = 16384;

    // A block of channels this small is read again from a core's own cache: one item takes it through all stages.
    private const int WholePixels = 4096;
    private const int WholeBlocks = 8;

    private readonly long _partPixels;

    public NormCut(Shape x)
    {
        Channels = x.C;
        Blocks = BlockedLayout.Blocks(x.C);
        Plane = checked(x.H * x.W);
        Pixels = (long)x.N * Plane;
        var parts = 1L;
        if (Blocks < WholeBlocks || Pixels > WholePixels)
        {
            parts = Math.Min((WantedItems + Blocks - 1) / Math.Max(Blocks, 1), Pixels / LeastPixels);
            parts = Math.Max(parts, (Pixels + MostPixels - 1) / MostPixels);
        }

        // Parts of whole images where they are that large.
        var pixels = (Pixels + parts - 1) / Math.Max(parts, 1);
        var unit = pixels >= Plane ? Math.Max(Plane, 1) : 16;
        _partPixels = Math.Max((pixels + unit - 1) / unit * unit, 1);
        Parts = (int)((Pixels + _partPixels - 1) / _partPixels);
    }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>Blocks of 16 channels.</summary>
    public int Blocks { get; }

    /// <summary>H * W.</summary>
    public int Plane { get; }

    /// <summary>N * H * W: the values of a channel.</summary>
    public long Pixels { get; }

    /// <summary>Parts that the pixels are cut into; 0 when there are none.</summary>
    public int Parts { get; }

    /// <summary>Floats of a vector of channels, padding included.</summary>
    public int PaddedChannels => Blocks * Simd.Lanes;

    /// <summary>Blocks times parts.</summary>
    public int Items => Blocks * Parts;

    /// <summary>Pixels of a part.</summary>
    public long PixelsOf(int part) => Math.Min(_partPixels, Pixels - (part * _partPixels));

    /// <summary>The first <paramref name="most"/> pixels of a part, in a block of channels.</summary>
    public PixelRuns Runs(int block, int part, long most = long.MaxValue) =>
        new(this, block, part * _partPixels, Math.Min(PixelsOf(part), most));
}
