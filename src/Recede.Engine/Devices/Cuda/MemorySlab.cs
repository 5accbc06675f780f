namespace Recede.Engine.Devices.Cuda;

/// <summary>One piece of the driver's memory that a <see cref="MemoryPool"/> cuts small blocks from.</summary>
internal sealed class MemorySlab
{
    private readonly List<Segment> _free;

    public MemorySlab(nint address, long bytes)
    {
        Address = address;
        Bytes = bytes;
        _free = [new Segment(address, bytes)];
    }

    public nint Address { get; }

    public long Bytes { get; }

    /// <summary>True when no block of it is in use.</summary>
    public bool IsFree => _free.Count == 1 && _free[0].Bytes == Bytes;

    /// <summary>Finds the smallest free segment of at least <paramref name="size"/> bytes; -1 when there is none.</summary>
    public int Find(long size, out long bytes)
    {
        var best = -1;
        bytes = long.MaxValue;
        for (var i = 0; i < _free.Count; i++)
        {
            if (_free[i].Bytes >= size && _free[i].Bytes < bytes)
            {
                best = i;
                bytes = _free[i].Bytes;
            }
        }

        return best;
    }

    /// <summary>Cuts a block from the front of a free segment.</summary>
    public nint Take(int index, long size)
    {
        var (address, bytes) = _free[index];
        if (bytes == size)
        {
            _free.RemoveAt(index);
        }
        else
        {
            _free[index] = new Segment(address + (nint)size, bytes - size);
        }

        return address;
    }

    /// <summary>Takes a block back and joins it with free neighbours.</summary>
    public void Return(nint address, long bytes)
    {
        var at = 0;
        while (at < _free.Count && _free[at].Address < address)
        {
            at++;
        }

        if (at < _free.Count && address + (nint)bytes == _free[at].Address)
        {
            bytes += _free[at].Bytes;
            _free.RemoveAt(at);
        }

        if (at > 0 && _free[at - 1].Address + (nint)_free[at - 1].Bytes == address)
        {
            _free[at - 1] = _free[at - 1] with { Bytes = _free[at - 1].Bytes + bytes };
        }
        else
        {
            _free.Insert(at, new Segment(address, bytes));
        }
    }

    private readonly record struct Segment(nint Address, long Bytes);
}
