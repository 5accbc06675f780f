namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// How logical values, row-major, turn into the device's layout and back: rows along the channels, each padded with zeros.
/// Dense values are one row without padding, in pieces of a value.
/// </summary>
internal readonly unsafe struct PaddedRows
{
    private readonly int _padded;

    public PaddedRows(Shape shape, TensorLayout layout)
    {
        var dense = layout == TensorLayout.Dense;
        Width = dense ? 1 : shape.C;
        _padded = dense ? 1 : NhwcLayout.Padded(shape.C);
        Count = Width == 0 ? 0 : shape.Count / Width;
    }

    /// <summary>Values of a row.</summary>
    public int Width { get; }

    /// <summary>Rows that hold values.</summary>
    public long Count { get; }

    /// <summary>Bytes of a row in device memory.</summary>
    public long PaddedBytes => (long)_padded * sizeof(float);

    /// <summary>How many rows fit into so many bytes; at least one.</summary>
    public long In(long bytes) => Math.Max(1, bytes / PaddedBytes);

    /// <summary>Writes rows with their padding.</summary>
    public void Pack(ReadOnlySpan<float> values, float* rows)
    {
        if (_padded == Width)
        {
            values.CopyTo(new Span<float>(rows, values.Length));
            return;
        }

        for (; !values.IsEmpty; values = values[Width..], rows += _padded)
        {
            values[..Width].CopyTo(new Span<float>(rows, Width));
            new Span<float>(rows + Width, _padded - Width).Clear();
        }
    }

    /// <summary>Reads rows without their padding.</summary>
    public void Unpack(float* rows, Span<float> values)
    {
        if (_padded == Width)
        {
            new ReadOnlySpan<float>(rows, values.Length).CopyTo(values);
            return;
        }

        for (; !values.IsEmpty; values = values[Width..], rows += _padded)
        {
            new ReadOnlySpan<float>(rows, Width).CopyTo(values);
        }
    }
}
