namespace Recede.Cuda.Driver;

/// <summary>A stream: calls queued on it run one after the other.</summary>
internal sealed class DriverStream : OwnedHandle
{
    private DriverStream(nint value)
        : base(value)
    {
    }

    /// <summary>Makes a stream in the current context.</summary>
    public static DriverStream Create(StreamFlags flags = StreamFlags.CU_STREAM_NON_BLOCKING)
    {
        Native.cuStreamCreate(out var stream, flags).Check();
        return new DriverStream(stream);
    }

    /// <summary>Waits until all that was queued is done.</summary>
    public void Synchronize() => Native.cuStreamSynchronize(Value).Check();

    /// <inheritdoc/>
    protected override void Release(nint value) => Native.cuStreamDestroy_v2(value).Release();
}
