namespace Recede.Engine.Data;

/// <summary>Walks through the batches of one epoch. Each is taken back when the next is asked for.</summary>
public struct BatchEnumerator : IDisposable
{
    private readonly BatchPrefetcher _prefetcher;
    private readonly long _run;

    internal BatchEnumerator(BatchPrefetcher prefetcher, long run)
    {
        _prefetcher = prefetcher;
        _run = run;
    }

    /// <summary>The batch that the last <see cref="MoveNext"/> brought.</summary>
    public Batch Current { get; private set; }

    /// <summary>Takes the current batch back and waits for the next; false at the epoch's end.</summary>
    /// <exception cref="InvalidOperationException">
    /// Another epoch has been begun meanwhile, or the batch could not be gathered (the inner exception
    /// tells why).
    /// </exception>
    /// <exception cref="ObjectDisposedException">The loader has been disposed.</exception>
    public bool MoveNext()
    {
        BatchSlot? slot = _prefetcher.Next(_run);
        Current = slot is null ? default : new Batch(slot);
        return slot is not null;
    }

    /// <summary>Ends the epoch: takes the current batch back and stops gathering ahead.</summary>
    public void Dispose()
    {
        _prefetcher.End(_run);
        Current = default;
    }
}
