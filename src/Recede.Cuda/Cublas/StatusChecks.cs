using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Recede.Cuda.Cublas;

/// <summary>Every status of cuBLAS is checked here.</summary>
internal static class StatusChecks
{
    /// <summary>Throws when a call failed.</summary>
    /// <param name="status">What the call answered.</param>
    /// <param name="call">The call; the compiler fills it in.</param>
    /// <exception cref="CudaException">The status is an error.</exception>
    public static void Check(this Status status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != Status.CUBLAS_STATUS_SUCCESS)
        {
            throw Error(status, call);
        }
    }

    /// <summary>The exception of a failed call, for those who have more to say about it.</summary>
    /// <param name="status">What the call answered.</param>
    /// <param name="call">The call or the C function.</param>
    /// <param name="details">What is known besides.</param>
    public static CudaException Error(Status status, string call, string? details = null) =>
        new(CallName.Of(call), NameOf(status), (int)status, AdviceFor(status), details);

    /// <summary>For releasing, which must not throw: tells the debugger of a failure.</summary>
    public static void Release(this Status status, [CallerArgumentExpression(nameof(status))] string call = "") =>
        Debug.WriteLineIf(status != Status.CUBLAS_STATUS_SUCCESS, $"{CallName.Of(call)} failed with {status}.");

    /// <summary>The status by its C name, also one that is newer than this program.</summary>
    public static string NameOf(Status status) => Enum.IsDefined(status) ? status.ToString() : "an unknown cuBLAS status";

    /// <summary>What to do; null when the status says it all.</summary>
    public static string? AdviceFor(Status status) => status switch
    {
        Status.CUBLAS_STATUS_NOT_INITIALIZED =>
            "cuBLAS could not begin: the GPU may be out of memory, or the driver older than cuBLAS needs; "
            + "`recede devices` tells both versions",
        Status.CUBLAS_STATUS_ALLOC_FAILED => "the GPU is out of memory; use a smaller batch, or end other programs that use it",
        Status.CUBLAS_STATUS_ARCH_MISMATCH or Status.CUBLAS_STATUS_NOT_SUPPORTED =>
            "this GPU or cuBLAS does not offer the types asked for; bfloat16 needs compute capability 8.0 or more",
        Status.CUBLAS_STATUS_EXECUTION_FAILED =>
            "the GPU could not run the multiplication, maybe because of a kernel that failed before it",
        _ => null,
    };
}
