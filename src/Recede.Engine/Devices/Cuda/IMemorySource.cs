namespace Recede.Engine.Devices.Cuda;

/// <summary>Where a <see cref="MemoryPool"/> gets its memory: the driver.</summary>
internal interface IMemorySource
{
    /// <summary>Gets memory, 256-byte aligned; false when there is not that much.</summary>
    bool TryAllocate(long bytes, out nint address);

    /// <summary>Gives memory back once nothing that was queued uses it. Never throws.</summary>
    void Free(nint address);
}
