namespace Recede.Engine.Devices;

/// <summary>A device has not the memory that was asked for. The message says how much was asked for, by whom, and who holds
/// what; nothing has changed, so whoever can do with less may go on.</summary>
public sealed class DeviceOutOfMemoryException : OutOfMemoryException
{
    /// <summary>Makes the exception.</summary>
    public DeviceOutOfMemoryException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public DeviceOutOfMemoryException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and a cause.</summary>
    public DeviceOutOfMemoryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
