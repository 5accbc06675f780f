namespace Recede.Engine.Devices.Cuda;

/// <summary>A kernel's source does not compile, or does not hold what its launcher expects. The message tells the file and
/// carries the compiler's log.</summary>
public sealed class KernelCompilationException : Exception
{
    /// <summary>Makes the exception.</summary>
    public KernelCompilationException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public KernelCompilationException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and a cause.</summary>
    public KernelCompilationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
