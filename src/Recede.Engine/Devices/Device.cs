using System.Diagnostics;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Devices;

/// <summary>
/// Where tensors live and ops run. A device is passed explicitly; there is no ambient device and no silent fallback.
/// It owns memory and knows how a logical [N, H, W, C] array lies in it; it does not know any op.
/// </summary>
public abstract class Device : IDisposable
{
    private long _liveBytes;

    /// <summary>Short name: "cpu", "cuda".</summary>
    public abstract string Name { get; }

    /// <summary>One line for people: instruction set and threads, or the GPU.</summary>
    public abstract string Description { get; }

    /// <summary>Channels are padded up to a multiple of this many values.</summary>
    public abstract int Lanes { get; }

    /// <summary>What activations and their gradients are kept as on this device: what host values and images become. Parameters,
    /// statistics and losses are <see cref="ElementType.Float32"/> on every device.</summary>
    public virtual ElementType ActivationType => ElementType.Float32;

    /// <summary>What it multiplies with, as people call it: "float32"; a GPU may be asked for "tf32" or "bfloat16".</summary>
    public virtual string Precision => "float32";

    /// <summary>Who holds how much.</summary>
    private protected MemoryLedger Ledger { get; } = new();

    /// <summary>Bytes that buffers of this device hold now.</summary>
    public long LiveBytes => Interlocked.Read(ref _liveBytes);

    /// <summary>The CPU.</summary>
    /// <param name="threads">Worker threads, the caller's included; null takes the environment variable
    /// RECEDE_THREADS, or else the number of processors.</param>
    /// <param name="options">How it computes; null takes the defaults.</param>
    /// <exception cref="ArgumentException"><paramref name="threads"/> or RECEDE_THREADS is not a number of 1 or more.</exception>
    public static CpuDevice Cpu(int? threads = null, CpuOptions? options = null) => new(threads, options ?? new CpuOptions());

    /// <summary>A CUDA GPU.</summary>
    /// <param name="ordinal">Which one, counted from 0 as CUDA counts them.</param>
    /// <param name="options">How it computes; null takes the defaults.</param>
    /// <exception cref="DeviceUnavailableException">CUDA cannot run here; the message says what is missing.</exception>
    public static CudaDevice Cuda(int ordinal = 0, CudaOptions? options = null) => new(ordinal, options ?? new CudaOptions());

    /// <summary>Allocates zeroed memory.</summary>
    /// <param name="bytes">Size; 0 gives a small valid buffer.</param>
    /// <param name="owner">Whose it is, for errors and reports of who holds what.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is negative.</exception>
    /// <exception cref="DeviceOutOfMemoryException">The device has not that much memory.</exception>
    public DeviceBuffer Allocate(long bytes, string owner = "unnamed") => Allocate(bytes, owner, zeroed: true);

    /// <summary>Who holds how much of <see cref="LiveBytes"/>: the largest owners by name.</summary>
    public string DescribeMemory() => Ledger.Describe();

    /// <summary>Elements that a tensor of this shape and layout takes in memory, padding included.</summary>
    public abstract long PhysicalCount(Shape shape, TensorLayout layout);

    /// <summary>Bytes that a tensor takes in memory, padding included.</summary>
    public long PhysicalBytes(Shape shape, TensorLayout layout, ElementType type) =>
        PhysicalCount(shape, layout) * type switch { ElementType.UInt8 => 1, ElementType.BFloat16 => 2, _ => 4 };

    /// <summary>Copies logical values in row-major order [N, H, W, C] into device memory; padding becomes zero.</summary>
    /// <param name="values">As many as <paramref name="shape"/> counts.</param>
    /// <param name="shape">Logical shape.</param>
    /// <param name="layout">How they lie in device memory.</param>
    /// <param name="address">Where.</param>
    /// <param name="type">What they become: <see cref="ElementType.Float32"/>, or where the device has it
    /// <see cref="ElementType.BFloat16"/>, the nearest, ties to even; a NaN stays one.</param>
    /// <exception cref="ArgumentException">The span's length is not the shape's count, or the device keeps no numbers of that type.</exception>
    public abstract void Upload(
        ReadOnlySpan<float> values, Shape shape, TensorLayout layout, nint address, ElementType type = ElementType.Float32);

    /// <summary>Copies raw bytes into device memory.</summary>
    public abstract void UploadBytes(ReadOnlySpan<byte> values, nint address);

    /// <summary>Copies a tensor to the host as row-major [N, H, W, C].</summary>
    /// <param name="address">Where it lies.</param>
    /// <param name="shape">Logical shape.</param>
    /// <param name="layout">How it lies there.</param>
    /// <param name="values">As many as <paramref name="shape"/> counts.</param>
    /// <param name="type">What it holds, see <see cref="Upload"/>.</param>
    /// <exception cref="ArgumentException">The span's length is not the shape's count, or the device keeps no numbers of that type.</exception>
    public abstract void Download(
        nint address, Shape shape, TensorLayout layout, Span<float> values, ElementType type = ElementType.Float32);

    /// <summary>Copies bytes from device memory to the host as they are, padding included.</summary>
    public abstract void DownloadBytes(nint address, Span<byte> values);

    /// <summary>Copies between two places of this device.</summary>
    public abstract void Copy(nint source, nint destination, long bytes);

    /// <summary>Writes zeros.</summary>
    public abstract void Clear(nint address, long bytes);

    /// <summary>Writes a scalar [1, 1, 1, 1]: the value, and zeros into its padding.</summary>
    /// <exception cref="ArgumentException">The device keeps no numbers of that type.</exception>
    public abstract void WriteScalar(nint address, float value, ElementType type = ElementType.Float32);

    /// <summary>Waits until the device has done all that was asked of it; the CPU always has.</summary>
    public virtual void Synchronize()
    {
    }

    /// <summary>True when every one of <paramref name="count"/> numbers is finite.</summary>
    /// <exception cref="ArgumentException">The device keeps no numbers of that type.</exception>
    public abstract bool IsFinite(nint address, long count, ElementType type = ElementType.Float32);

    /// <summary>
    /// Copies the slices of a weight or vector that stay: output channels <paramref name="keptOut"/> (the N axis of a
    /// filter, the C axis of a vector) and input channels <paramref name="keptIn"/> (the C axis of a filter), each sorted;
    /// an empty list keeps all.
    /// </summary>
    public abstract void GatherChannels(
        nint source, Shape shape, TensorLayout layout, ReadOnlySpan<int> keptOut, ReadOnlySpan<int> keptIn, nint destination);

    /// <summary>Stops the device's own threads and frees what it itself holds. Buffers belong to their owners; a debug build
    /// reports those that were not disposed before.</summary>
    public void Dispose()
    {
        Debug.WriteLineIf(
            LiveBytes != 0,
            $"{Description} is disposed while buffers that nobody disposed hold {LiveBytes} bytes: {Ledger.Describe()}.");
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Tells the device that shapes it has worked with are likely gone for good, since a network was pruned: what it keeps
    /// for single shapes can go, and is made anew where it is asked for again.</summary>
    internal virtual void RetireShapes()
    {
    }

    /// <summary>Allocates memory with unspecified contents.</summary>
    internal DeviceBuffer AllocateUncleared(long bytes, string owner) => Allocate(bytes, owner, zeroed: false);

    internal void Free(nint address, long bytes)
    {
        Interlocked.Add(ref _liveBytes, -bytes);
        Ledger.Remove(address);
        FreeMemory(address);
    }

    /// <summary>Gets memory, aligned to at least 64 bytes: zeroed, or with unspecified contents.</summary>
    protected abstract nint AllocateMemory(long bytes, bool zeroed);

    /// <summary>Gives memory back.</summary>
    protected abstract void FreeMemory(nint address);

    /// <summary>Releases what the device itself holds.</summary>
    protected abstract void Dispose(bool disposing);

    private DeviceBuffer Allocate(long bytes, string owner, bool zeroed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        var size = Math.Max(bytes, 64);
        nint address;
        try
        {
            address = AllocateMemory(size, zeroed);
        }
        catch (OutOfMemoryException e)
        {
            throw new DeviceOutOfMemoryException(
                $"{Name}: {owner} asked for {MemoryLedger.Amount(size)} and there is not that much. {e.Message} "
                + $"Buffers hold {MemoryLedger.Amount(LiveBytes)}: {Ledger.Describe()}.",
                e);
        }

        Ledger.Add(address, size, owner);
        Interlocked.Add(ref _liveBytes, size);
        return new DeviceBuffer(this, address, size);
    }
}
