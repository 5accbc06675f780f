namespace Recede.Cuda.Driver;

/// <summary>The primary context of a GPU, which all libraries of the process share, retained until disposed.</summary>
internal sealed class PrimaryContext : OwnedHandle
{
    private readonly int _device;

    private PrimaryContext(nint context, int device)
        : base(context) => _device = device;

    /// <summary>Retains the context of a device and makes it the calling thread's own.</summary>
    /// <param name="device">What cuDeviceGet gave.</param>
    public static PrimaryContext Retain(int device)
    {
        Native.cuDevicePrimaryCtxRetain(out var handle, device).Check();
        var context = new PrimaryContext(handle, device);
        try
        {
            context.MakeCurrent();
        }
        catch
        {
            context.Dispose();
            throw;
        }

        return context;
    }

    /// <summary>Makes it the context of the calling thread.</summary>
    public void MakeCurrent() => Native.cuCtxSetCurrent(Value).Check();

    /// <inheritdoc/>
    protected override void Release(nint value) => Native.cuDevicePrimaryCtxRelease_v2(_device).Release();
}
