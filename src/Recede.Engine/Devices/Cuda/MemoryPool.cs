namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// The pool of a CUDA device. Small blocks are cut, best fit, from slabs; large ones are the driver's own and go back to it
/// when they are freed, so that what a shrunk network gave up is really free. All work runs on one stream, in order, so a
/// freed block can be handed out again at once. Not thread-safe: the device takes turns.
/// </summary>
internal sealed class MemoryPool(IMemorySource source)
{
    /// <summary>Blocks are multiples of this, and so aligned to it: what the driver gives, and what every library wants.</summary>
    public const long Granule = 256;

    /// <summary>Blocks of this size and above are the driver's own.</summary>
    public const long LargeBlock = 4 << 20;

    /// <summary>Size of a slab.</summary>
    public const long SlabBytes = 16 << 20;

    private readonly List<MemorySlab> _slabs = [];
    private readonly Dictionary<nint, Block> _used = [];

    // Large blocks that were freed when the driver could not take them back.
    private readonly List<Block> _retired = [];

    /// <summary>Bytes that the pool holds of the driver's memory.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Bytes of it in blocks that are in use.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>Gets a block with unspecified contents.</summary>
    /// <exception cref="DeviceOutOfMemoryException">There is not that much, though all free slabs were given back.</exception>
    public nint Allocate(long bytes)
    {
        // The guard keeps the rounding from wrapping around.
        var size = bytes > long.MaxValue - Granule ? bytes : (Math.Max(bytes, 1) + Granule - 1) / Granule * Granule;
        var block = size >= LargeBlock ? Large(size) : Small(size);
        _used.Add(block.Address, block);
        UsedBytes += block.Bytes;
        return block.Address;
    }

    /// <summary>Takes a block back.</summary>
    /// <param name="address">What <see cref="Allocate"/> gave.</param>
    /// <param name="retire">Keep a large block until <see cref="Trim"/> instead of giving it to the driver now.</param>
    public void Free(nint address, bool retire = false)
    {
        if (!_used.Remove(address, out var block))
        {
            return;
        }

        UsedBytes -= block.Bytes;
        if (block.Slab is { } slab)
        {
            slab.Return(address, block.Bytes);
        }
        else if (retire)
        {
            _retired.Add(block);
        }
        else
        {
            GiveBack(address, block.Bytes);
        }
    }

    /// <summary>Gives back to the driver whatever no block in use needs; returns how many bytes.</summary>
    public long Trim()
    {
        var before = HeldBytes;
        foreach (var block in _retired)
        {
            GiveBack(block.Address, block.Bytes);
        }

        _retired.Clear();
        for (var i = _slabs.Count - 1; i >= 0; i--)
        {
            if (_slabs[i].IsFree)
            {
                GiveBack(_slabs[i].Address, _slabs[i].Bytes);
                _slabs.RemoveAt(i);
            }
        }

        return before - HeldBytes;
    }

    /// <summary>Gives everything back, blocks in use too.</summary>
    public void Clear()
    {
        foreach (var block in _used.Values)
        {
            block.Slab?.Return(block.Address, block.Bytes);
            if (block.Slab is null)
            {
                GiveBack(block.Address, block.Bytes);
            }
        }

        _used.Clear();
        UsedBytes = 0;
        Trim();
    }

    private Block Large(long size) => TryGet(size, out var address) || (Trim() > 0 && TryGet(size, out address))
        ? new Block(address, size, null)
        : throw OutOfMemory();

    private Block Small(long size)
    {
        MemorySlab? best = null;
        var segment = -1;
        var least = long.MaxValue;
        foreach (var slab in _slabs)
        {
            if (slab.Find(size, out var bytes) is var found and >= 0 && bytes < least)
            {
                (best, segment, least) = (slab, found, bytes);
            }
        }

        if (best is null)
        {
            best = NewSlab(size);
            segment = 0;
        }

        return new Block(best.Take(segment, size), size, best);
    }

    private MemorySlab NewSlab(long size)
    {
        // No slab fits, so a free one could not be smaller than the block; the last resort is memory for this block alone.
        var bytes = SlabBytes;
        if (!TryGet(bytes, out var address) && !(Trim() > 0 && TryGet(bytes, out address)))
        {
            bytes = size;
            if (!TryGet(bytes, out address))
            {
                throw OutOfMemory();
            }
        }

        var slab = new MemorySlab(address, bytes);
        _slabs.Add(slab);
        return slab;
    }

    private bool TryGet(long bytes, out nint address)
    {
        if (!source.TryAllocate(bytes, out address))
        {
            return false;
        }

        HeldBytes += bytes;
        return true;
    }

    private void GiveBack(nint address, long bytes)
    {
        HeldBytes -= bytes;
        source.Free(address);
    }

    private DeviceOutOfMemoryException OutOfMemory() => new(
        $"The pool holds {MemoryLedger.Amount(HeldBytes)} of the driver's memory, {MemoryLedger.Amount(HeldBytes - UsedBytes)} of it free.");

    private readonly record struct Block(nint Address, long Bytes, MemorySlab? Slab);
}
