namespace Recede.Engine.Devices;

/// <summary>Memory of a device with one owner, who disposes it. There is no finalizer: what is not disposed leaks;
/// <see cref="Device.LiveBytes"/> tells, and so does a debug build when the device is disposed.</summary>
public sealed class DeviceBuffer : IDisposable
{
    private nint _address;

    internal DeviceBuffer(Device device, nint address, long bytes)
    {
        Device = device;
        _address = address;
        Bytes = bytes;
    }

    /// <summary>Where it lies.</summary>
    public Device Device { get; }

    /// <summary>Size in bytes.</summary>
    public long Bytes { get; }

    /// <summary>Address in the device's own address space.</summary>
    /// <exception cref="ObjectDisposedException">The buffer was disposed.</exception>
    public nint Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_address == 0, this);
            return _address;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var address = Interlocked.Exchange(ref _address, 0);
        if (address != 0)
        {
            Device.Free(address, Bytes);
        }
    }
}
