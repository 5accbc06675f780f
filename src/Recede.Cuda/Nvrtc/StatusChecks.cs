using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Recede.Cuda.Nvrtc;

/// <summary>Every status of NVRTC is checked here.</summary>
internal static class StatusChecks
{
    /// <summary>Throws when a call failed.</summary>
    /// <param name="status">What the call answered.</param>
    /// <param name="call">The call; the compiler fills it in.</param>
    /// <exception cref="CudaException">The status is an error.</exception>
    public static void Check(this Status status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != Status.NVRTC_SUCCESS)
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
        Debug.WriteLineIf(status != Status.NVRTC_SUCCESS, $"{CallName.Of(call)} failed with {status}.");

    /// <summary>The status by its C name, also one that is newer than this program.</summary>
    public static string NameOf(Status status) => Enum.IsDefined(status) ? status.ToString() : "an unknown NVRTC error";

    /// <summary>What to do; null when the status says it all.</summary>
    public static string? AdviceFor(Status status) => status switch
    {
        Status.NVRTC_ERROR_OUT_OF_MEMORY => "the compiler ran out of memory on the host; end other programs",
        Status.NVRTC_ERROR_INVALID_OPTION =>
            "this NVRTC does not know an option or the GPU's architecture; use a newer NVRTC (CUDA 13 needs a GPU of "
            + "compute capability 7.5 or more, and a GPU newer than the NVRTC is not known to it)",
        Status.NVRTC_ERROR_COMPILATION => "the kernel's source does not compile; the compiler's messages say where",
        Status.NVRTC_ERROR_BUILTIN_OPERATION_FAILURE =>
            "NVRTC did not find its companion library nvrtc-builtins of the same version; it must lie beside NVRTC",
        _ => null,
    };
}
