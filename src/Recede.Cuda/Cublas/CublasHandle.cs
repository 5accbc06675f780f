namespace Recede.Cuda.Cublas;

/// <summary>What cuBLAS keeps for a context. Used by one thread at a time.</summary>
internal sealed class CublasHandle : OwnedHandle
{
    private CublasHandle(nint value)
        : base(value)
    {
    }

    /// <summary>Makes a handle in the current context.</summary>
    public static CublasHandle Create()
    {
        Native.cublasCreate_v2(out var handle).Check();
        return new CublasHandle(handle);
    }

    /// <inheritdoc/>
    protected override void Release(nint value) => Native.cublasDestroy_v2(value).Release();
}
