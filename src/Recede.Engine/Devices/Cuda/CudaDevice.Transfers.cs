using Recede.Cuda.Driver;

namespace Recede.Engine.Devices.Cuda;

/// <content>Copies between the host and the GPU.</content>
public sealed unsafe partial class CudaDevice
{
    /// <inheritdoc/>
    public override long PhysicalCount(Shape shape, TensorLayout layout) => NhwcLayout.Count(shape, layout);

    /// <inheritdoc/>
    public override void Upload(
        ReadOnlySpan<float> values, Shape shape, TensorLayout layout, nint address, ElementType type = ElementType.Float32)
    {
        CheckType(type);
        CheckLength(values.Length, shape);
        using var turn = Enter();
        CheckNotCapturing("data is uploaded");
        var rows = new PaddedRows(shape, layout, type);
        for (long row = 0; row < rows.Count;)
        {
            var count = Math.Min(rows.In(StagingRing.Piece), rows.Count - row);
            var piece = _staging.Reserve(count * rows.PaddedBytes);
            rows.Pack(values.Slice((int)(row * rows.Width), (int)(count * rows.Width)), piece);
            _staging.Send(address + (nint)(row * rows.PaddedBytes));
            row += count;
        }

        // A filter has whole rows of padding behind its last output channel.
        var written = rows.Count * rows.PaddedBytes;
        Fill(address + (nint)written, 0, PhysicalBytes(shape, layout, type) - written);
    }

    /// <inheritdoc/>
    public override void UploadBytes(ReadOnlySpan<byte> values, nint address)
    {
        using var turn = Enter();
        CheckNotCapturing("data is uploaded");
        while (!values.IsEmpty)
        {
            var part = values[..Math.Min(values.Length, StagingRing.Piece)];
            part.CopyTo(new Span<byte>(_staging.Reserve(part.Length), part.Length));
            _staging.Send(address);
            values = values[part.Length..];
            address += part.Length;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A kernel met bad values, such as a label that is no class.</exception>
    public override void Download(
        nint address, Shape shape, TensorLayout layout, Span<float> values, ElementType type = ElementType.Float32)
    {
        CheckType(type);
        CheckLength(values.Length, shape);
        using var turn = Enter();
        CheckNotCapturing("data is downloaded");
        var rows = new PaddedRows(shape, layout, type);
        if (rows.Count == 0)
        {
            Wait();
        }

        for (long row = 0; row < rows.Count;)
        {
            var count = Math.Min(rows.In(StagingRing.Piece), rows.Count - row);
            Fetch(address + (nint)(row * rows.PaddedBytes), count * rows.PaddedBytes);
            rows.Unpack(_words.Landing, values.Slice((int)(row * rows.Width), (int)(count * rows.Width)));
            row += count;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A kernel met bad values, such as a label that is no class.</exception>
    public override void DownloadBytes(nint address, Span<byte> values)
    {
        using var turn = Enter();
        CheckNotCapturing("data is downloaded");
        if (values.IsEmpty)
        {
            Wait();
        }

        while (!values.IsEmpty)
        {
            var part = values[..Math.Min(values.Length, StagingRing.Piece)];
            Fetch(address, part.Length);
            new ReadOnlySpan<byte>(_words.Landing, part.Length).CopyTo(part);
            values = values[part.Length..];
            address += part.Length;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A kernel met bad values, such as a label that is no class.</exception>
    public override bool IsFinite(nint address, long count, ElementType type = ElementType.Float32)
    {
        CheckType(type);
        using var turn = Enter();
        CheckNotCapturing("values are checked");
        _words.ClearFlag();
        FiniteCheck.Queue(this, address, count, _words.Flag, type);
        return Wait() == 0;
    }

    private static void CheckType(ElementType type)
    {
        if (type is not (ElementType.Float32 or ElementType.BFloat16))
        {
            throw new ArgumentException($"Numbers are Float32 or BFloat16, not {type}.", nameof(type));
        }
    }

    private static void CheckLength(int length, Shape shape)
    {
        if (length != shape.Count)
        {
            throw new ArgumentException($"A tensor {shape} has {shape.Count} values, the span has {length}.");
        }
    }

    private void Fetch(nint address, long bytes)
    {
        _words.Reserve(bytes);
        Native.cuMemcpyDtoHAsync_v2(_words.Landing, address, (nuint)bytes, Stream).Check();
        Wait();
    }

    // Waits for the GPU; gives the flag of the finite check.
    private int Wait()
    {
        CheckNotCapturing("the host waits");
        var flag = _words.Wait(out var fault);
        return fault is { } word ? throw FaultReport.Of(word) : flag;
    }
}
