using System.Runtime.InteropServices;

namespace Recede.Engine.Devices;

/// <summary>
/// The memory of a step's activations and gradients. Blocks are cut from a few large chunks, best fit, and reused as soon
/// as they are released; <see cref="Rewind"/> releases all. Chunks never move: growing adds one. The same sequence of
/// requests after a rewind gives the same addresses. Not thread-safe: every tape has its own.
/// </summary>
public sealed class StepArena : IDisposable
{
    private const long Alignment = 64;
    private const long LeastChunk = 16 << 20;

    private readonly Device _device;
    private readonly List<DeviceBuffer> _chunks = [];
    private readonly List<Segment> _free = [];
    private long _used;

    /// <summary>Makes an empty arena.</summary>
    public StepArena(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        _device = device;
    }

    /// <summary>Bytes held in chunks.</summary>
    public long Capacity { get; private set; }

    /// <summary>Bytes in use now.</summary>
    public long Used => _used;

    /// <summary>The most bytes that were in use at a time since the arena was made or <see cref="ResetPeak"/>.</summary>
    public long Peak { get; private set; }

    /// <summary>How often chunks were added or given back; captured graphs of an older count are void.</summary>
    public int Growths { get; private set; }

    /// <summary>Gets a block of at least <paramref name="bytes"/>, 64-byte aligned, with unspecified contents.</summary>
    public ArenaBlock Rent(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        var size = Math.Max(Alignment, (bytes + Alignment - 1) / Alignment * Alignment);
        var best = Find(size);
        if (best < 0)
        {
            Grow(size);
            best = Find(size);
        }

        ref var segment = ref CollectionsMarshal.AsSpan(_free)[best];
        var block = new ArenaBlock(segment.Address, size);
        if (segment.Bytes == size)
        {
            _free.RemoveAt(best);
        }
        else
        {
            segment = new Segment(segment.Address + (nint)size, segment.Bytes - size);
        }

        _used += size;
        Peak = Math.Max(Peak, _used);
        return block;
    }

    /// <summary>Gives a block back for reuse.</summary>
    public void Return(ArenaBlock block)
    {
        _used -= block.Bytes;
        var at = 0;
        var high = _free.Count;
        while (at < high)
        {
            var middle = (at + high) / 2;
            if (_free[middle].Address < block.Address)
            {
                at = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        // Neighbours in one chunk are joined; two chunks never are, even where they happen to touch.
        var joinsNext = at < _free.Count && block.Address + (nint)block.Bytes == _free[at].Address && !StartsChunk(_free[at].Address);
        var joinsPrevious = at > 0 && _free[at - 1].Address + (nint)_free[at - 1].Bytes == block.Address && !StartsChunk(block.Address);
        if (joinsPrevious)
        {
            var bytes = _free[at - 1].Bytes + block.Bytes + (joinsNext ? _free[at].Bytes : 0);
            _free[at - 1] = new Segment(_free[at - 1].Address, bytes);
            if (joinsNext)
            {
                _free.RemoveAt(at);
            }
        }
        else if (joinsNext)
        {
            _free[at] = new Segment(block.Address, block.Bytes + _free[at].Bytes);
        }
        else
        {
            _free.Insert(at, new Segment(block.Address, block.Bytes));
        }
    }

    /// <summary>Releases every block.</summary>
    public void Rewind()
    {
        _free.Clear();
        foreach (var chunk in _chunks)
        {
            _free.Add(new Segment(chunk.Address, chunk.Bytes));
        }

        _free.Sort(static (a, b) => a.Address.CompareTo(b.Address));
        _used = 0;
    }

    /// <summary>Starts a new measurement of <see cref="Peak"/>.</summary>
    public void ResetPeak() => Peak = _used;

    /// <summary>Gives all chunks back to the device; only a rewound arena may be trimmed.</summary>
    /// <exception cref="InvalidOperationException">Blocks are in use.</exception>
    public void Trim()
    {
        if (_used != 0)
        {
            throw new InvalidOperationException($"The arena cannot be trimmed inside a step: {_used} bytes are in use.");
        }

        foreach (var chunk in _chunks)
        {
            chunk.Dispose();
        }

        Growths += _chunks.Count > 0 ? 1 : 0;
        _chunks.Clear();
        _free.Clear();
        Capacity = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _used = 0;
        Trim();
    }

    private bool StartsChunk(nint address)
    {
        foreach (var chunk in _chunks)
        {
            if (chunk.Address == address)
            {
                return true;
            }
        }

        return false;
    }

    private int Find(long size)
    {
        var best = -1;
        var bestBytes = long.MaxValue;
        for (var i = 0; i < _free.Count; i++)
        {
            var bytes = _free[i].Bytes;
            if (bytes >= size && bytes < bestBytes)
            {
                best = i;
                bestBytes = bytes;
            }
        }

        return best;
    }

    private void Grow(long size)
    {
        var chunk = NewChunk(size);
        _chunks.Add(chunk);
        Capacity += chunk.Bytes;
        Growths++;
        Return(new ArenaBlock(chunk.Address, chunk.Bytes));
        _used += chunk.Bytes;
    }

    private DeviceBuffer NewChunk(long size)
    {
        const string Owner = "step arena";

        // Half of what is there already keeps the number of chunks small for any network.
        var wanted = Math.Max(Math.Max(size, LeastChunk), Capacity / 2);
        try
        {
            return _device.AllocateUncleared(wanted, Owner);
        }
        catch (DeviceOutOfMemoryException) when (wanted > size)
        {
            return _device.AllocateUncleared(size, Owner);
        }
    }

    private readonly record struct Segment(nint Address, long Bytes);
}
