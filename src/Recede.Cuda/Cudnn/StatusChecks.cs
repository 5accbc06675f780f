using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Recede.Cuda.Cudnn;

/// <summary>Every status of cuDNN is checked here.</summary>
internal static class StatusChecks
{
    /// <summary>Throws when a call failed.</summary>
    /// <param name="status">What the call answered.</param>
    /// <param name="call">The call; the compiler fills it in.</param>
    /// <exception cref="CudaException">The status is an error.</exception>
    public static void Check(this Status status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != Status.CUDNN_STATUS_SUCCESS)
        {
            throw Error(status, call);
        }
    }

    /// <summary>
    /// The exception of a failed call, for those who have more to say about it; without details, it carries what cuDNN
    /// itself says about the calling thread's last failure.
    /// </summary>
    /// <param name="status">What the call answered.</param>
    /// <param name="call">The call or the C function.</param>
    /// <param name="details">What is known besides.</param>
    public static CudaException Error(Status status, string call, string? details = null) =>
        new(CallName.Of(call), NameOf(status), (int)status, AdviceFor(status), details ?? LastMessage());

    /// <summary>For releasing, which must not throw: tells the debugger of a failure.</summary>
    public static void Release(this Status status, [CallerArgumentExpression(nameof(status))] string call = "") =>
        Debug.WriteLineIf(status != Status.CUDNN_STATUS_SUCCESS, $"{CallName.Of(call)} failed with {status}.");

    /// <summary>The status by its C name, also one that is newer than this program.</summary>
    public static string NameOf(Status status) => Enum.IsDefined(status) ? status.ToString() : "an unknown cuDNN status";

    /// <summary>What to do; null when the status says it all.</summary>
    public static string? AdviceFor(Status status) => status switch
    {
        Status.CUDNN_STATUS_NOT_INITIALIZED =>
            "cuDNN could not begin: the GPU may be out of memory, or the driver older than cuDNN needs",
        Status.CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH =>
            "cuDNN's parts are of different versions; keep one installation of cuDNN on the loader's path",
        Status.CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED or Status.CUDNN_STATUS_NOT_SUPPORTED_SUBLIBRARY_UNAVAILABLE =>
            "cuDNN did not find one of its parts (libcudnn_*.so.9, cudnn_*64_9.dll); they must lie beside cuDNN, and cuBLAS "
            + "and NVRTC must be of the CUDA version that cuDNN was made for",
        Status.CUDNN_STATUS_NOT_SUPPORTED_RUNTIME_PREREQUISITE_MISSING =>
            "cuDNN did not find NVRTC or its builtins; install the NVRTC of cuDNN's CUDA version",
        Status.CUDNN_STATUS_NOT_SUPPORTED_INCOMPATIBLE_CUDA_DRIVER =>
            "the NVIDIA driver is older than this cuDNN needs; update the driver, or use an older cuDNN",
        Status.CUDNN_STATUS_NOT_SUPPORTED_ARCH_MISMATCH => "this cuDNN has nothing for this GPU; use another version of cuDNN",
        >= Status.CUDNN_STATUS_NOT_SUPPORTED and < Status.CUDNN_STATUS_INTERNAL_ERROR =>
            "this cuDNN has no engine for these shapes, types and GPU; a newer cuDNN may have one",
        Status.CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED => "the host is out of memory; end other programs",
        Status.CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED =>
            "the GPU is out of memory; use a smaller batch, or end other programs that use it",
        >= Status.CUDNN_STATUS_EXECUTION_FAILED =>
            "the GPU could not run the operation, maybe because of a kernel that failed before it",
        _ => null,
    };

    /// <summary>What cuDNN says about the calling thread's last failure; null for nothing.</summary>
    public static unsafe string? LastMessage()
    {
        const int Room = 1024;
        var text = stackalloc byte[Room];
        text[0] = 0;
        Native.cudnnGetLastErrorString(text, Room);
        return Marshal.PtrToStringUTF8((nint)text) is { } message && message.Trim() is { Length: > 0 } said ? said : null;
    }
}
