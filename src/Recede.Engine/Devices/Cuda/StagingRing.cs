using System.Numerics;
using Recede.Cuda.Driver;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// Pinned memory through which data goes to the GPU: the host writes a piece, the copy is queued, and the piece is used again
/// only once an event behind its copy has happened. So the host runs ahead of the GPU, and waits only when the ring is full.
/// Not thread-safe: the device takes turns.
/// </summary>
internal sealed unsafe class StagingRing(CudaContext context) : IDisposable
{
    /// <summary>Larger transfers go in pieces of about this size, so that packing one overlaps with copying the one before.</summary>
    public const int Piece = 4 << 20;

    private const long LeastBytes = 1 << 20;
    private const int MostInFlight = 32;

    // Copies start at whole cache lines.
    private const long Alignment = 64;

    private readonly Flight[] _flights = new Flight[MostInFlight];
    private PinnedMemory? _memory;
    private long _head;
    private int _oldest;
    private int _count;
    private long _reserved;

    /// <summary>Bytes of pinned memory that it holds.</summary>
    public long Bytes => _memory?.Bytes ?? 0;

    /// <summary>Gets room for a piece, which <see cref="Send"/> then queues. Waits when all is in flight.</summary>
    public byte* Reserve(long bytes)
    {
        if (bytes * 4 > Bytes)
        {
            Grow(bytes);
        }

        if (_head + bytes > _memory!.Bytes)
        {
            _head = 0;
        }

        _reserved = bytes;
        while (_count > 0 && (_count == MostInFlight || Overlaps(bytes)))
        {
            RetireOldest();
        }

        return (byte*)_memory.Value + _head;
    }

    /// <summary>Queues the copy of the piece that was reserved last.</summary>
    public void Send(nint destination)
    {
        Native.cuMemcpyHtoDAsync_v2(destination, (byte*)_memory!.Value + _head, (nuint)_reserved, context.Stream).Check();
        ref var flight = ref _flights[(_oldest + _count) % MostInFlight];
        try
        {
            Native.cuEventRecord(flight.Landed!.Value, context.Stream).Check();
        }
        catch
        {
            // Without its event nobody could tell when the piece is free again.
            Native.cuStreamSynchronize(context.Stream).Release();
            throw;
        }

        flight.Start = _head;
        flight.End = _head + _reserved;
        _count++;
        _head = Math.Min((flight.End + Alignment - 1) / Alignment * Alignment, _memory.Bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Native.cuStreamSynchronize(context.Stream).Release();
        foreach (ref var flight in _flights.AsSpan())
        {
            flight.Landed?.Dispose();
            flight.Landed = null;
        }

        _count = 0;
        _memory?.Dispose();
        _memory = null;
    }

    private bool Overlaps(long bytes)
    {
        for (var i = 0; i < _count; i++)
        {
            ref readonly var flight = ref _flights[(_oldest + i) % MostInFlight];
            if (flight.Start < _head + bytes && _head < flight.End)
            {
                return true;
            }
        }

        return false;
    }

    private void RetireOldest()
    {
        Native.cuEventSynchronize(_flights[_oldest].Landed!.Value).Check();
        _oldest = (_oldest + 1) % MostInFlight;
        _count--;
    }

    private void Grow(long bytes)
    {
        var wanted = Math.Max(LeastBytes, (long)BitOperations.RoundUpToPowerOf2((ulong)bytes) * 4);
        while (_count > 0)
        {
            RetireOldest();
        }

        foreach (ref var flight in _flights.AsSpan())
        {
            flight.Landed ??= DriverEvent.Create();
        }

        // The new memory first: without it the old ring serves on.
        var memory = CudaContext.Pin(wanted);
        _memory?.Dispose();
        _memory = memory;
        _head = 0;
    }

    private struct Flight
    {
        public DriverEvent? Landed;
        public long Start;
        public long End;
    }
}
