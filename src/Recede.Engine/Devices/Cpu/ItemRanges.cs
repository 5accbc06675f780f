using System.Runtime.InteropServices;

namespace Recede.Engine.Devices.Cpu;

/// <summary>
/// The items of a job, handed out: each worker has a range of neighbours of its own, from whose front it takes, and when that is empty
/// it takes from the backs of the others'.
/// </summary>
/// <remarks>
/// One op after the other cuts its tensors in the same order, so the images that a worker wrote last are those that it reads next, and lie
/// in the cache of its own core; handed out in turns, half of them, dirty, would lie in another's.
/// </remarks>
internal sealed class ItemRanges
{
    private readonly Range[] _ranges;

    public ItemRanges(int workers) => _ranges = new Range[workers];

    /// <summary>Shares out the items 0 to <paramref name="items"/> - 1. No worker may be taking.</summary>
    public void Share(int items)
    {
        int first = 0;
        for (int worker = 0; worker < _ranges.Length; worker++)
        {
            int end = (int)((((long)items * (worker + 1)) + _ranges.Length - 1) / _ranges.Length);
            Volatile.Write(ref _ranges[worker].Left, Pack(first, end));
            first = end;
        }
    }

    /// <summary>Takes an item for a worker; false when none is left.</summary>
    public bool TryTake(int worker, out int item)
    {
        if (TryTake(ref _ranges[worker].Left, true, out item))
        {
            return true;
        }

        for (int next = 1; next < _ranges.Length; next++)
        {
            if (TryTake(ref _ranges[(worker + next) % _ranges.Length].Left, false, out item))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Leaves nothing to take.</summary>
    public void Clear()
    {
        for (int worker = 0; worker < _ranges.Length; worker++)
        {
            Interlocked.Exchange(ref _ranges[worker].Left, 0);
        }
    }

    // The first item in the low half, the one behind the last in the high half: both change together.
    private static long Pack(int first, int end) => ((long)end << 32) | (uint)first;

    private static bool TryTake(ref long left, bool front, out int item)
    {
        long seen = Volatile.Read(ref left);
        while (true)
        {
            int first = (int)seen;
            int end = (int)(seen >> 32);
            if (first >= end)
            {
                item = 0;
                return false;
            }

            item = front ? first : end - 1;
            long before = Interlocked.CompareExchange(ref left, front ? Pack(first + 1, end) : Pack(first, end - 1), seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }
    }

    // On a cache line, and its prefetched neighbour, of its own.
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Range
    {
        [FieldOffset(0)]
        public long Left;
    }
}
