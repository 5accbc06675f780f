using Recede.Cuda.Driver;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// A few words of device memory that kernels write and the host reads whenever it waits: the fault word and the flag of the
/// finite check. With them, the pinned memory that downloads land in.
/// </summary>
internal sealed unsafe class DeviceWords : IDisposable
{
    private const ulong NoFault = ulong.MaxValue;
    private const int FlagOffset = sizeof(ulong);
    private const int WordBytes = FlagOffset + sizeof(int);

    // Downloads land behind the words.
    private const int LandingOffset = 64;
    private const long LeastLanding = 64 << 10;

    private readonly CudaContext _context;
    private readonly nint _address;
    private PinnedMemory _memory;

    public DeviceWords(CudaContext context, MemoryPool pool)
    {
        _context = context;
        _address = pool.Allocate(MemoryPool.Granule);
        _memory = CudaContext.Pin(LandingOffset + LeastLanding);
        try
        {
            Native.cuMemsetD8Async(_address, 0, (nuint)MemoryPool.Granule, context.Stream).Check();
            ResetFault();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Address of the fault word.</summary>
    public nint Fault => _address;

    /// <summary>Address of the flag of the finite check.</summary>
    public nint Flag => _address + FlagOffset;

    /// <summary>Bytes that can land at a time.</summary>
    public long LandingBytes => _memory.Bytes - LandingOffset;

    /// <summary>Where downloads land.</summary>
    public byte* Landing => (byte*)_memory.Value + LandingOffset;

    /// <summary>Makes room to land.</summary>
    public void Reserve(long bytes)
    {
        if (bytes > LandingBytes)
        {
            var memory = CudaContext.Pin(LandingOffset + bytes);

            // A download that failed half-way may have left a copy under way.
            Native.cuStreamSynchronize(_context.Stream).Release();
            _memory.Dispose();
            _memory = memory;
        }
    }

    /// <summary>Lowers the flag.</summary>
    public void ClearFlag() => Native.cuMemsetD32Async(Flag, 0, 1, _context.Stream).Check();

    /// <summary>Waits for all that is queued and reads the words.</summary>
    public int Wait(out ulong? fault)
    {
        Native.cuMemcpyDtoHAsync_v2((byte*)_memory.Value, _address, WordBytes, _context.Stream).Check();
        _context.Synchronize();
        var word = *(ulong*)_memory.Value;
        fault = word == NoFault ? null : word;
        if (word != NoFault)
        {
            ResetFault();
        }

        return *(int*)((byte*)_memory.Value + FlagOffset);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Native.cuStreamSynchronize(_context.Stream).Release();
        _memory.Dispose();
    }

    private void ResetFault() => Native.cuMemsetD8Async(_address, byte.MaxValue, sizeof(ulong), _context.Stream).Check();
}
