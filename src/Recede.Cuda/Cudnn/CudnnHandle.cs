namespace Recede.Cuda.Cudnn;

/// <summary>What cuDNN keeps for a context. Used by one thread at a time.</summary>
internal sealed class CudnnHandle : OwnedHandle
{
    private CudnnHandle(nint value)
        : base(value)
    {
    }

    /// <summary>Makes a handle in the current context.</summary>
    public static CudnnHandle Create()
    {
        Native.cudnnCreate(out var handle).Check();
        return new CudnnHandle(handle);
    }

    /// <inheritdoc/>
    protected override void Release(nint value) => Native.cudnnDestroy(value).Release();
}
