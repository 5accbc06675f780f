namespace Recede.Engine.Data;

/// <summary>
/// Hands out an image source in batches, epoch after epoch, while a background thread gathers the
/// next ones into a fixed ring of buffers.
/// </summary>
/// <remarks>
/// <para>
/// An epoch's order depends on the seed and the epoch's number alone, so it is the same whatever the
/// threads, and a run resumes at any batch of any epoch. Each image comes exactly once an epoch (less the last,
/// partial batch where that is dropped).
/// </para>
/// <para>
/// One consumer at a time: beginning an epoch ends the one before, whose enumerator then throws.
/// Leaving a <c>foreach</c> early is fine. A warm batch allocates no managed memory on either thread.
/// </para>
/// </remarks>
/// <example><code>foreach (Batch batch in loader.Epoch(epoch)) { ... batch.Images ... }</code></example>
public sealed class BatchLoader : IDisposable
{
    private readonly IImageSource _source;
    private readonly BatchPrefetcher _prefetcher;

    /// <summary>Makes a loader and starts its thread.</summary>
    /// <param name="source">What to read; it must outlive the loader.</param>
    /// <param name="batchSize">Images a batch, at least 1; more than there are makes one batch of all.</param>
    /// <param name="seed">What the orders are drawn from.</param>
    /// <param name="shuffle">Whether to shuffle; otherwise the source's own order, for evaluation.</param>
    /// <param name="dropLast">Whether to leave out a last batch that is not full.</param>
    /// <param name="depth">Batches in the ring, at least 2: one that is read and those gathered ahead.</param>
    /// <exception cref="ArgumentException">
    /// The source is empty, a full batch passes 2^31 bytes, or dropping the last batch leaves none.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The batch size or the depth is too small.</exception>
    public BatchLoader(
        IImageSource source,
        int batchSize,
        ulong seed = 0,
        bool shuffle = true,
        bool dropLast = false,
        int depth = 3)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 2);
        int count = source.Count;
        if (count < 1)
        {
            throw new ArgumentException(
                $"Batch loader of '{source.Name}': expected at least one image, got {count}.", nameof(source));
        }

        if (dropLast && count < batchSize)
        {
            throw new ArgumentException(
                $"Batch loader of '{source.Name}': {count} images fill no batch of {batchSize}, and the last, partial "
                + "one is to be dropped: expected a smaller batch size, or to keep it.",
                nameof(dropLast));
        }

        int capacity = Math.Min(batchSize, count);
        Int128 bytes = (Int128)source.Height * source.Width * source.Channels * capacity;
        if (bytes < 1 || bytes > Array.MaxLength)
        {
            throw new ArgumentException(
                $"Batch loader of '{source.Name}': expected a batch of 1 to {Array.MaxLength} bytes, {capacity} images "
                + $"of {source.Height} x {source.Width} x {source.Channels} have {bytes}.",
                nameof(batchSize));
        }

        _source = source;
        BatchSize = batchSize;
        BatchesPerEpoch = (count / batchSize) + (!dropLast && count % batchSize != 0 ? 1 : 0);
        _prefetcher = new BatchPrefetcher(source, capacity, BatchesPerEpoch, seed, shuffle, depth);
    }

    /// <summary>The images of a full batch.</summary>
    public int BatchSize { get; }

    /// <summary>The batches of an epoch, at least 1.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>What the loader reads.</summary>
    public IImageSource Source => _source;

    /// <summary>The batches of an epoch, to be enumerated by <c>foreach</c>.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="first">The batch to begin with, where those before it are done; as many as there are gives none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The epoch or the batch is below 0, or there are not so many.</exception>
    public BatchSequence Epoch(int epoch, int first = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, BatchesPerEpoch);
        return new BatchSequence(_prefetcher, epoch, first);
    }

    /// <summary>
    /// Stops the thread, after the batch that it may be gathering, and waits for it. Batches still
    /// held become stale.
    /// </summary>
    public void Dispose() => _prefetcher.Dispose();
}
