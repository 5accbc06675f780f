using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Recede.Engine.Devices.Cpu;

/// <summary>The CPU: SIMD kernels over blocks of 16 channels and a thread pool of the engine's own.</summary>
public sealed unsafe class CpuDevice : Device
{
    internal CpuDevice(int? threads, CpuOptions options)
    {
        Options = options;
        Pool = threads is { } count ? new WorkerPool(count) : new WorkerPool();
    }

    /// <inheritdoc/>
    public override string Name => "cpu";

    /// <inheritdoc/>
    public override string Description => $"CPU, {Simd.Level}, {Pool.Threads} thread{(Pool.Threads == 1 ? "" : "s")}";

    /// <inheritdoc/>
    public override int Lanes => BlockedLayout.Lanes;

    /// <summary>How it computes.</summary>
    public CpuOptions Options { get; }

    /// <summary>The pool that this device's ops run on.</summary>
    public WorkerPool Pool { get; }

    /// <inheritdoc/>
    public override long PhysicalCount(Shape shape, TensorLayout layout) => BlockedLayout.Count(shape, layout);

    /// <inheritdoc/>
    public override void Upload(
        ReadOnlySpan<float> values, Shape shape, TensorLayout layout, nint address, ElementType type = ElementType.Float32)
    {
        CheckType(type);
        CheckLength(values.Length, shape);
        var p = (float*)address;
        NativeMemory.Clear(p, (nuint)(PhysicalCount(shape, layout) * sizeof(float)));
        long i = 0;
        for (var n = 0; n < shape.N; n++)
        {
            for (var h = 0; h < shape.H; h++)
            {
                for (var w = 0; w < shape.W; w++)
                {
                    for (var c = 0; c < shape.C; c++)
                    {
                        p[BlockedLayout.Index(shape, layout, n, h, w, c)] = values[(int)i++];
                    }
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void UploadBytes(ReadOnlySpan<byte> values, nint address) =>
        values.CopyTo(new Span<byte>((void*)address, values.Length));

    /// <inheritdoc/>
    public override void Download(
        nint address, Shape shape, TensorLayout layout, Span<float> values, ElementType type = ElementType.Float32)
    {
        CheckType(type);
        CheckLength(values.Length, shape);
        var p = (float*)address;
        long i = 0;
        for (var n = 0; n < shape.N; n++)
        {
            for (var h = 0; h < shape.H; h++)
            {
                for (var w = 0; w < shape.W; w++)
                {
                    for (var c = 0; c < shape.C; c++)
                    {
                        values[(int)i++] = p[BlockedLayout.Index(shape, layout, n, h, w, c)];
                    }
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void DownloadBytes(nint address, Span<byte> values) =>
        new ReadOnlySpan<byte>((void*)address, values.Length).CopyTo(values);

    /// <inheritdoc/>
    public override void Copy(nint source, nint destination, long bytes) =>
        Buffer.MemoryCopy((void*)source, (void*)destination, bytes, bytes);

    /// <inheritdoc/>
    public override void Clear(nint address, long bytes) => NativeMemory.Clear((void*)address, (nuint)bytes);

    /// <inheritdoc/>
    public override void WriteScalar(nint address, float value, ElementType type = ElementType.Float32)
    {
        CheckType(type);
        new Span<float>((void*)address, BlockedLayout.Lanes).Clear();
        *(float*)address = value;
    }

    /// <inheritdoc/>
    public override bool IsFinite(nint address, long count, ElementType type = ElementType.Float32)
    {
        CheckType(type);
        const int Chunk = 1 << 20;
        for (long i = 0; i < count; i += Chunk)
        {
            var part = new ReadOnlySpan<float>((float*)address + i, (int)Math.Min(Chunk, count - i));

            // The largest magnitude is NaN or infinite if and only if an element is.
            if (!part.IsEmpty && !float.IsFinite(TensorPrimitives.MaxMagnitude(part)))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override void GatherChannels(
        nint source, Shape shape, TensorLayout layout, ReadOnlySpan<int> keptOut, ReadOnlySpan<int> keptIn, nint destination)
    {
        var vector = layout == TensorLayout.Activation;
        var outs = keptOut.IsEmpty ? (vector ? shape.C : shape.N) : keptOut.Length;
        var ins = vector ? 1 : keptIn.IsEmpty ? shape.C : keptIn.Length;
        var to = vector ? Shape.Vector(outs) : new Shape(outs, shape.H, shape.W, ins);
        var from = (float*)source;
        var into = (float*)destination;
        NativeMemory.Clear(into, (nuint)(PhysicalCount(to, layout) * sizeof(float)));
        for (var o = 0; o < outs; o++)
        {
            var oFrom = keptOut.IsEmpty ? o : keptOut[o];
            if (vector)
            {
                into[o] = from[oFrom];
                continue;
            }

            for (var kh = 0; kh < shape.H; kh++)
            {
                for (var kw = 0; kw < shape.W; kw++)
                {
                    for (var i = 0; i < ins; i++)
                    {
                        into[BlockedLayout.FilterIndex(to, o, kh, kw, i)] =
                            from[BlockedLayout.FilterIndex(shape, oFrom, kh, kw, keptIn.IsEmpty ? i : keptIn[i])];
                    }
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override nint AllocateMemory(long bytes, bool zeroed)
    {
        var isLarge = bytes >= HugePages.Bytes;
        var alignment = isLarge ? HugePages.Bytes : 64;
        var rounded = (bytes + alignment - 1) / alignment * alignment;
        var p = NativeMemory.AlignedAlloc((nuint)rounded, (nuint)alignment);
        if (isLarge)
        {
            HugePages.Ask(p, rounded);
        }

        if (zeroed)
        {
            NativeMemory.Clear(p, (nuint)rounded);
        }

        return (nint)p;
    }

    /// <inheritdoc/>
    protected override void FreeMemory(nint address) => NativeMemory.AlignedFree((void*)address);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => Pool.Dispose();

    private static void CheckType(ElementType type)
    {
        if (type != ElementType.Float32)
        {
            throw new ArgumentException($"The CPU computes with {ElementType.Float32}, not {type}.", nameof(type));
        }
    }

    private static void CheckLength(int length, Shape shape)
    {
        if (length != shape.Count)
        {
            throw new ArgumentException($"A tensor {shape} has {shape.Count} values, the span has {length}.");
        }
    }
}
