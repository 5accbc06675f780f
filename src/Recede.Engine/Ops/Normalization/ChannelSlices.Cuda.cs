using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <summary>
/// How the kernels of kernels/batch_norm.cuh are launched over x [N, H, W, C]: chunks of packs of channels, 16 bytes each, times slices of the
/// N * H * W pixels. The cut, and so the order of every sum, depends on shape and type alone.
/// </summary>
internal readonly struct ChannelSlices
{
    // A chunk of 32 packs reads 512 contiguous bytes of a pixel.
    private const int MostPacks = 32;
    private const int BlockThreads = 256;

    // Enough blocks to fill the largest GPUs once, where there are pixels enough: a thread takes 8 at least, as two rounds
    // of loads that are under way together pay for its coefficients; and 256 at most, which bounds its sums' rounding.
    private const int WantedBlocks = 1024;
    private const int LeastThreadPixels = 8;
    private const int MostThreadPixels = 256;

    // Channels of a block that merges the slices' sums, and threads that share the slices of a channel.
    private const int MergeChannels = 8;
    private const int MergeWalkers = 64;

    private readonly int _chunks;
    private readonly int _blockX;
    private readonly int _blockY;

    public ChannelSlices(Shape x, ElementType type)
    {
        Channels = x.C;
        PaddedChannels = NhwcLayout.Padded(x.C);
        Pixels = (long)x.N * x.H * x.W;
        var packs = Math.Max(PaddedChannels / (type == ElementType.BFloat16 ? 8 : 4), 1);
        _chunks = (packs + MostPacks - 1) / MostPacks;
        _blockX = (packs + _chunks - 1) / _chunks;
        _blockY = BlockThreads / _blockX;
        var wanted = (WantedBlocks + _chunks - 1) / _chunks;
        var each = Math.Clamp((Pixels + ((long)_blockY * wanted) - 1) / ((long)_blockY * wanted), LeastThreadPixels, MostThreadPixels);
        SlicePixels = (int)each * _blockY;
        Count = checked((int)((Pixels + SlicePixels - 1) / SlicePixels));
    }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>C, padding included.</summary>
    public int PaddedChannels { get; }

    /// <summary>N * H * W: the values of a channel.</summary>
    public long Pixels { get; }

    /// <summary>Pixels of a slice; the last may have fewer.</summary>
    public int SlicePixels { get; }

    /// <summary>Slices; 0 when there are no pixels.</summary>
    public int Count { get; }

    /// <summary>True when there is no value at all.</summary>
    public bool IsEmpty => Pixels == 0 || PaddedChannels == 0;

    /// <summary>The launch over pixels.</summary>
    public LaunchGrid OverPixels => new(Count, _chunks, 1, _blockX, _blockY, 0);

    /// <summary>The launch over channels.</summary>
    public LaunchGrid OverChannels => new(PaddedChannels / MergeChannels, 1, 1, MergeChannels, MergeWalkers, 0);

    /// <summary>Bytes of <paramref name="sums"/> floats for each slice and channel.</summary>
    public long PartialBytes(int sums) => (long)sums * Count * PaddedChannels * sizeof(float);
}
