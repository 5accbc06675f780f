namespace Recede.Engine.Devices;

/// <summary>A device was asked for that cannot run here; the message says what is missing.</summary>
public sealed class DeviceUnavailableException : Exception
{
    /// <summary>Makes the exception.</summary>
    public DeviceUnavailableException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public DeviceUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and a cause.</summary>
    public DeviceUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
