using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Tests.Cuda.Device;

/// <summary>A driver with so much memory, which refuses chosen requests and watches what is given back.</summary>
internal sealed class FakeMemorySource(long capacity) : IMemorySource
{
    private readonly Dictionary<nint, long> _held = [];
    private nint _next = 0x10000;

    public long Held => _held.Values.Sum();

    public int Requests { get; private set; }

    /// <summary>The request, counted from 1, that is refused whatever there is; 0 for none.</summary>
    public int RefusedRequest { get; set; }

    public bool TryAllocate(long bytes, out nint address)
    {
        Requests++;
        if (Requests == RefusedRequest || Held + bytes > capacity)
        {
            address = 0;
            return false;
        }

        address = _next;
        _next += (nint)bytes + 0x1000;
        _held.Add(address, bytes);
        return true;
    }

    public void Free(nint address) => Assert.That(_held.Remove(address), "memory is given back that the driver did not give");

    public bool Contains(nint address, long bytes) =>
        _held.Any(block => address >= block.Key && address + (nint)bytes <= block.Key + (nint)block.Value);
}
