using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Recede.Cuda.Driver;

/// <summary>Every status of the driver is checked here.</summary>
internal static class StatusChecks
{
    /// <summary>Throws when a call failed.</summary>
    /// <param name="status">What the call answered.</param>
    /// <param name="call">The call; the compiler fills it in.</param>
    /// <exception cref="CudaException">The status is an error.</exception>
    public static void Check(this Status status, [CallerArgumentExpression(nameof(status))] string call = "")
    {
        if (status != Status.CUDA_SUCCESS)
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
        Debug.WriteLineIf(status != Status.CUDA_SUCCESS, $"{CallName.Of(call)} failed with {status}.");

    /// <summary>The status by its C name, also one that is newer than this program.</summary>
    public static string NameOf(Status status) => Enum.IsDefined(status) ? status.ToString() : "an unknown CUDA error";

    /// <summary>What to do; null when the status says it all.</summary>
    public static string? AdviceFor(Status status) => status switch
    {
        Status.CUDA_ERROR_OUT_OF_MEMORY =>
            "the GPU has not that much free memory; use a smaller batch, or end other programs that use it (nvidia-smi lists them)",
        Status.CUDA_ERROR_NO_DEVICE =>
            "the driver sees no GPU; check nvidia-smi, and that CUDA_VISIBLE_DEVICES hides none "
            + "(a container needs to be given its GPUs, such as by docker run --gpus all)",
        Status.CUDA_ERROR_INVALID_DEVICE => "there is no GPU of that number; `recede devices` lists those there are",
        Status.CUDA_ERROR_DEVICE_UNAVAILABLE =>
            "another program holds the GPU for itself, or its compute mode is exclusive; nvidia-smi tells",
        Status.CUDA_ERROR_STUB_LIBRARY =>
            "the library found is the toolkit's stub, not the driver; take the folder 'stubs' out of LD_LIBRARY_PATH",
        Status.CUDA_ERROR_CALL_REQUIRES_NEWER_DRIVER =>
            "the NVIDIA driver is older than the CUDA libraries need; update the driver, or use libraries of an older CUDA",
        Status.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH =>
            "the driver's library and its kernel module are of different versions, as after an update; restart the machine",
        Status.CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE =>
            "CUDA's forward-compatibility libraries do not serve this GPU; take the folder 'compat' out of LD_LIBRARY_PATH",
        Status.CUDA_ERROR_SYSTEM_NOT_READY =>
            "the machine's fabric manager or another NVIDIA service is not running; start it and try again",
        Status.CUDA_ERROR_UNKNOWN =>
            "the driver could not say why; it helps to check nvidia-smi, and after a suspend to reload the driver or restart",
        Status.CUDA_ERROR_UNSUPPORTED_PTX_VERSION =>
            "the kernels' PTX is newer than the driver understands; update the driver, or use an NVRTC that is no newer than it",
        Status.CUDA_ERROR_NO_BINARY_FOR_GPU =>
            "the kernels were compiled for another GPU; compile them for the one that is used",
        Status.CUDA_ERROR_INVALID_IMAGE or Status.CUDA_ERROR_INVALID_PTX =>
            "the compiled kernels are damaged; delete the kernel cache, so that they are compiled anew",
        Status.CUDA_ERROR_JIT_COMPILER_NOT_FOUND =>
            "the driver lacks its PTX compiler (libnvidia-ptxjitcompiler); install the driver in full",
        Status.CUDA_ERROR_ECC_UNCORRECTABLE or Status.CUDA_ERROR_NVLINK_UNCORRECTABLE
            or Status.CUDA_ERROR_HARDWARE_STACK_ERROR =>
            "the GPU reported an error of its hardware; nvidia-smi -q tells more",
        Status.CUDA_ERROR_ILLEGAL_ADDRESS or Status.CUDA_ERROR_MISALIGNED_ADDRESS or Status.CUDA_ERROR_ILLEGAL_INSTRUCTION
            or Status.CUDA_ERROR_INVALID_ADDRESS_SPACE or Status.CUDA_ERROR_INVALID_PC or Status.CUDA_ERROR_LAUNCH_FAILED
            or Status.CUDA_ERROR_ASSERT =>
            "a kernel queued before this call failed, and the device cannot be used any more in this process; "
            + "compute-sanitizer names the kernel",
        Status.CUDA_ERROR_LAUNCH_TIMEOUT =>
            "a kernel took longer than a GPU with a display allows; use a GPU without one, or a smaller batch",
        Status.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES =>
            "the kernel asks for more threads, registers or shared memory than this GPU has",
        Status.CUDA_ERROR_MPS_CONNECTION_FAILED or Status.CUDA_ERROR_MPS_SERVER_NOT_READY
            or Status.CUDA_ERROR_MPS_MAX_CLIENTS_REACHED or Status.CUDA_ERROR_MPS_MAX_CONNECTIONS_REACHED =>
            "the multi-process service of this machine does not answer or is full; restart it or stop it",
        Status.CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED or Status.CUDA_ERROR_STREAM_CAPTURE_INVALIDATED
            or Status.CUDA_ERROR_STREAM_CAPTURE_IMPLICIT or Status.CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD =>
            "something was called that cannot be part of a captured graph",
        _ => null,
    };
}
