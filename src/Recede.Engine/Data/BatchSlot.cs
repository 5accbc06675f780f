namespace Recede.Engine.Data;

/// <summary>One reusable place of a <see cref="BatchLoader"/>'s ring.</summary>
internal sealed class BatchSlot(int capacity, int imageBytes)
{
    /// <summary>Room for <c>[capacity, H, W, C]</c>.</summary>
    public readonly byte[] Images = GC.AllocateUninitializedArray<byte>(checked(capacity * imageBytes));

    /// <summary>Room for the labels of a full batch.</summary>
    public readonly int[] Labels = new int[capacity];

    /// <summary>Room for the indices of a full batch.</summary>
    public readonly int[] Indices = new int[capacity];

    /// <summary>The bytes of one image.</summary>
    public readonly int ImageBytes = imageBytes;

    /// <summary>The images that the slot holds now.</summary>
    public int Count;

    /// <summary>The epoch of the batch that the slot holds now.</summary>
    public int Epoch;

    /// <summary>The place in its epoch of the batch that the slot holds now.</summary>
    public int Index;

    /// <summary>Grows whenever the slot is taken back, which makes every <see cref="Batch"/> of it stale.</summary>
    public long Generation;
}
