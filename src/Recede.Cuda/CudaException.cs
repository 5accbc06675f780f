namespace Recede.Cuda;

/// <summary>A call of the CUDA driver or one of its libraries failed. The message says which, how, and what to do.</summary>
public sealed class CudaException : Exception
{
    /// <summary>Makes the exception.</summary>
    public CudaException()
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    public CudaException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and a cause.</summary>
    public CudaException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes the exception of a call that answered with an error.</summary>
    /// <param name="call">The C function.</param>
    /// <param name="statusName">The status by its C name.</param>
    /// <param name="status">The status as a number.</param>
    /// <param name="advice">What to do; null when nothing better is known than the status itself.</param>
    /// <param name="details">What the library says besides, such as a compiler's messages; null for nothing.</param>
    internal CudaException(string call, string statusName, int status, string? advice, string? details = null)
        : base(MessageOf(call, statusName, status, advice, details))
    {
        Call = call;
        StatusName = statusName;
        Status = status;
        Advice = advice;
        Details = details;
    }

    /// <summary>The C function that failed; null when no call did.</summary>
    public string? Call { get; }

    /// <summary>The status by its C name, such as CUDA_ERROR_NO_DEVICE; null when no call failed.</summary>
    public string? StatusName { get; }

    /// <summary>The status as a number; 0 when no call failed.</summary>
    public int Status { get; }

    /// <summary>What to do about it; null when nothing better is known than the status itself.</summary>
    public string? Advice { get; }

    /// <summary>What the library said besides; null for nothing.</summary>
    public string? Details { get; }

    private static string MessageOf(string call, string statusName, int status, string? advice, string? details)
    {
        var message = FormattableString.Invariant($"{call} failed with {statusName} ({status})");
        if (details is not null)
        {
            message += $" [{details}]";
        }

        return advice is null ? message : $"{message}: {advice}";
    }
}
