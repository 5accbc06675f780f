namespace Recede.Engine.Data;

/// <summary>
/// A batch of images that a <see cref="BatchLoader"/> hands out. It is valid until the enumerator
/// moves on or ends; after that its members throw, for its memory serves another batch.
/// </summary>
public readonly struct Batch
{
    private readonly BatchSlot _slot;
    private readonly long _generation;

    internal Batch(BatchSlot slot)
    {
        _slot = slot;
        _generation = slot.Generation;
    }

    /// <summary>The number of images, n: the loader's batch size, or what is left at an epoch's end.</summary>
    public int Count => Current.Count;

    /// <summary>The epoch that the batch belongs to.</summary>
    public int Epoch => Current.Epoch;

    /// <summary>The batch's place in its epoch, from 0.</summary>
    public int Index => Current.Index;

    /// <summary>The images, uint8, interleaved channels, <c>[n, H, W, C]</c>.</summary>
    public ReadOnlySpan<byte> Images
    {
        get
        {
            BatchSlot slot = Current;
            return slot.Images.AsSpan(0, slot.Count * slot.ImageBytes);
        }
    }

    /// <summary>The class of each image, <c>[n]</c>.</summary>
    public ReadOnlySpan<int> Labels
    {
        get
        {
            BatchSlot slot = Current;
            return slot.Labels.AsSpan(0, slot.Count);
        }
    }

    /// <summary>
    /// The index in the data set of each image, <c>[n]</c>: with the epoch, what a draw for that image
    /// is keyed by, whichever batch it comes in.
    /// </summary>
    public ReadOnlySpan<int> Indices
    {
        get
        {
            BatchSlot slot = Current;
            return slot.Indices.AsSpan(0, slot.Count);
        }
    }

    private BatchSlot Current
    {
        get
        {
            if (_slot is null || _slot.Generation != _generation)
            {
                throw new InvalidOperationException(
                    "Batch: read after its enumerator moved on or ended; copy what must outlive the step.");
            }

            return _slot;
        }
    }
}
