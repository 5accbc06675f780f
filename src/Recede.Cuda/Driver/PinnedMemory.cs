namespace Recede.Cuda.Driver;

/// <summary>Memory of the host that stays where it is, so that the GPU copies from and to it by itself.</summary>
internal sealed class PinnedMemory : OwnedHandle
{
    private PinnedMemory(nint value, long bytes)
        : base(value) => Bytes = bytes;

    /// <summary>Size.</summary>
    public long Bytes { get; }

    /// <summary>Allocates memory for the current context; what is in it is unknown.</summary>
    /// <param name="bytes">Size, 1 or more.</param>
    public static PinnedMemory Allocate(long bytes)
    {
        Native.cuMemAllocHost_v2(out var memory, (nuint)bytes).Check();
        return new PinnedMemory(memory, bytes);
    }

    /// <inheritdoc/>
    protected override void Release(nint value) => Native.cuMemFreeHost(value).Release();
}
