namespace Recede.Cuda.Driver;

/// <summary>A mark in a stream, to wait for or to measure time with.</summary>
internal sealed class DriverEvent : OwnedHandle
{
    private DriverEvent(nint value)
        : base(value)
    {
    }

    /// <summary>Makes an event in the current context.</summary>
    public static DriverEvent Create(EventFlags flags = EventFlags.CU_EVENT_DISABLE_TIMING)
    {
        Native.cuEventCreate(out var created, flags).Check();
        return new DriverEvent(created);
    }

    /// <summary>Whether it has happened. An event that was never recorded has.</summary>
    public bool HasHappened()
    {
        var status = Native.cuEventQuery(Value);
        if (status == Status.CUDA_ERROR_NOT_READY)
        {
            return false;
        }

        status.Check(nameof(Native.cuEventQuery));
        return true;
    }

    /// <inheritdoc/>
    protected override void Release(nint value) => Native.cuEventDestroy_v2(value).Release();
}
