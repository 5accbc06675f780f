namespace Recede.Engine.Data;

/// <summary>The batches of one epoch; <c>foreach</c> over it allocates nothing.</summary>
public readonly struct BatchSequence
{
    private readonly BatchPrefetcher _prefetcher;
    private readonly int _epoch;
    private readonly int _first;

    internal BatchSequence(BatchPrefetcher prefetcher, int epoch, int first)
    {
        _prefetcher = prefetcher;
        _epoch = epoch;
        _first = first;
    }

    /// <summary>Begins the epoch, which ends any other that is being enumerated.</summary>
    /// <exception cref="ObjectDisposedException">The loader has been disposed.</exception>
    public BatchEnumerator GetEnumerator() => new(_prefetcher, _prefetcher.Begin(_epoch, _first));
}
