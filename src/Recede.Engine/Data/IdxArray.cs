namespace Recede.Engine.Data;

/// <summary>
/// The content of an IDX file: an array of bytes, the last dimension contiguous.
/// </summary>
public sealed class IdxArray
{
    private readonly int[] _dimensions;

    internal IdxArray(int[] dimensions, byte[] values)
    {
        _dimensions = dimensions;
        Values = values;
    }

    /// <summary>The sizes of the dimensions, outermost first; each at least 1.</summary>
    public ReadOnlySpan<int> Dimensions => _dimensions;

    /// <summary>The bytes; their number is the product of the dimensions.</summary>
    public ReadOnlyMemory<byte> Values { get; }
}
