using Recede.Cuda.Driver;

namespace Recede.Engine.Devices.Cuda;

/// <content>Memory.</content>
public sealed unsafe partial class CudaDevice
{
    /// <summary>Bytes that the device's pool holds of the GPU's memory; <see cref="Device.LiveBytes"/> of them are in buffers.</summary>
    public long HeldBytes
    {
        get
        {
            lock (_turn)
            {
                return _pool.HeldBytes;
            }
        }
    }

    /// <summary>Gives the memory that no buffer needs back to the GPU, for other programs; returns how many bytes. It waits for
    /// the GPU when there are any.</summary>
    /// <exception cref="InvalidOperationException">A step is being captured.</exception>
    public long Trim()
    {
        using var turn = Enter();
        CheckNotCapturing("memory is given back");
        return _pool.Trim();
    }

    /// <inheritdoc/>
    public override void Copy(nint source, nint destination, long bytes)
    {
        using var turn = Enter();
        if (bytes > 0)
        {
            Native.cuMemcpyDtoDAsync_v2(destination, source, (nuint)bytes, Stream).Check();
        }
    }

    /// <inheritdoc/>
    public override void Clear(nint address, long bytes)
    {
        using var turn = Enter();
        Fill(address, 0, bytes);
    }

    /// <inheritdoc/>
    public override void WriteScalar(nint address, float value, ElementType type = ElementType.Float32)
    {
        CheckType(type);
        using var turn = Enter();

        // A bfloat16 lies in the word's lower half, a zero in the other.
        var word = type == ElementType.BFloat16 ? BFloat16Conversion.ToBits(value) : BitConverter.SingleToUInt32Bits(value);
        Native.cuMemsetD32Async(address, word, 1, Stream).Check();
        Fill(address + sizeof(uint), 0, PhysicalBytes(Shape.Scalar, TensorLayout.Activation, type) - sizeof(uint));
    }

    /// <inheritdoc/>
    public override void GatherChannels(
        nint source, Shape shape, TensorLayout layout, ReadOnlySpan<int> keptOut, ReadOnlySpan<int> keptIn, nint destination)
    {
        using var turn = Enter();
        ChannelGather.Queue(this, source, shape, layout, keptOut, keptIn, destination);
    }

    /// <summary>Gets memory for the device's own needs, a multiple of 256 bytes and aligned to it, with unspecified contents. It
    /// shows in errors and is none of <see cref="Device.LiveBytes"/>.</summary>
    /// <exception cref="DeviceOutOfMemoryException">There is not that much memory.</exception>
    internal nint AllocateOwn(long bytes, string owner)
    {
        using var turn = Enter();
        CheckNotCapturing("memory is allocated");
        var address = _pool.Allocate(bytes);
        Ledger.Add(address, bytes, owner);
        return address;
    }

    /// <summary>Gives the device's own memory back.</summary>
    internal void FreeOwn(nint address)
    {
        Ledger.Remove(address);
        FreeMemory(address);
    }

    /// <inheritdoc/>
    protected override nint AllocateMemory(long bytes, bool zeroed)
    {
        using var turn = Enter();
        CheckNotCapturing("memory is allocated");
        nint address;
        try
        {
            address = _pool.Allocate(bytes);
        }
        catch (DeviceOutOfMemoryException e)
        {
            throw new DeviceOutOfMemoryException($"{e.Message} {FreeMemoryOfGpu()}", e);
        }

        try
        {
            if (zeroed)
            {
                Fill(address, 0, bytes);
            }
        }
        catch
        {
            _pool.Free(address);
            throw;
        }

        return address;
    }

    /// <inheritdoc/>
    protected override void FreeMemory(nint address)
    {
        lock (_turn)
        {
            // The pool of a device that is disposed took everything back already.
            if (_disposed)
            {
                return;
            }

            _context.TryMakeCurrent();

            // The driver frees nothing while a step is captured.
            _pool.Free(address, retire: _capturing);
        }
    }

    private void Fill(nint address, byte value, long bytes)
    {
        if (bytes > 0)
        {
            Native.cuMemsetD8Async(address, value, (nuint)bytes, Stream).Check();
        }
    }

    private static string FreeMemoryOfGpu() =>
        Native.cuMemGetInfo_v2(out var free, out var total) == Status.CUDA_SUCCESS
            ? $"The GPU has {MemoryLedger.Amount((long)free)} free of {MemoryLedger.Amount((long)total)}; use a smaller batch, or end other programs that use it."
            : "Use a smaller batch.";
}
