namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// How logical values, row-major, turn into the device's layout and back: rows along the channels, each padded with zeros.
/// Dense values are one row without padding, in pieces of a value.
/// </summary>
internal readonly unsafe struct PaddedRows
{
    private readonly int _padded;
    private readonly ElementType _type;

    public PaddedRows(Shape shape, TensorLayout layout, ElementType type)
    {
        _type = type;
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
    public long PaddedBytes => (long)_padded * (_type == ElementType.BFloat16 ? sizeof(ushort) : sizeof(float));

    /// <summary>How many rows fit into so many bytes; at least one.</summary>
    public long In(long bytes) => Math.Max(1, bytes / PaddedBytes);

    /// <summary>Writes rows with their padding.</summary>
    public void Pack(ReadOnlySpan<float> values, byte* rows)
    {
        // Without padding all rows are one.
        var width = _padded == Width ? values.Length : Width;
        for (; !values.IsEmpty; values = values[width..], rows += PaddedBytes)
        {
            if (_type == ElementType.BFloat16)
            {
                BFloat16Conversion.Round(values[..width], new Span<ushort>(rows, width));
                new Span<ushort>((ushort*)rows + width, _padded - Width).Clear();
            }
            else
            {
                values[..width].CopyTo(new Span<float>(rows, width));
                new Span<float>((float*)rows + width, _padded - Width).Clear();
            }
        }
    }

    /// <summary>Reads rows without their padding.</summary>
    public void Unpack(byte* rows, Span<float> values)
    {
        var width = _padded == Width ? values.Length : Width;
        for (; !values.IsEmpty; values = values[width..], rows += PaddedBytes)
        {
            if (_type == ElementType.BFloat16)
            {
                BFloat16Conversion.Widen(new ReadOnlySpan<ushort>(rows, width), values);
            }
            else
            {
                new ReadOnlySpan<float>(rows, width).CopyTo(values);
            }
        }
    }
}
