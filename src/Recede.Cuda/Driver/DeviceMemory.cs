namespace Recede.Cuda.Driver;

/// <summary>Memory of the GPU.</summary>
internal sealed class DeviceMemory : OwnedHandle
{
    private DeviceMemory(nint value, long bytes)
        : base(value) => Bytes = bytes;

    /// <summary>Size.</summary>
    public long Bytes { get; }

    /// <summary>Allocates memory in the current context; what is in it is unknown.</summary>
    /// <param name="bytes">Size, 1 or more.</param>
    public static DeviceMemory Allocate(long bytes)
    {
        Native.cuMemAlloc_v2(out var address, (nuint)bytes).Check();
        return new DeviceMemory(address, bytes);
    }

    /// <inheritdoc/>
    protected override void Release(nint value) => Native.cuMemFree_v2(value).Release();
}
