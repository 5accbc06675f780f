using System.Runtime.InteropServices;
using Recede.Cuda.Libraries;

namespace Recede.Cuda.Driver;

/// <summary>
/// The driver's functions, by their C names. Handles and addresses, the device's included, are <see cref="nint"/>. A status
/// goes to <see cref="StatusChecks.Check"/>; the library is found and loaded at the first call.
/// </summary>
internal static unsafe partial class Native
{
    private const string Library = LibraryNames.Driver;

    static Native() => LibraryResolver.Install();

    [LibraryImport(Library)]
    public static partial Status cuInit(uint flags);

    /// <summary>The newest CUDA that the driver serves, as 1000 * major + 10 * minor; needs no cuInit.</summary>
    [LibraryImport(Library)]
    public static partial Status cuDriverGetVersion(out int version);

    [LibraryImport(Library)]
    public static partial Status cuGetErrorName(Status status, out byte* text);

    [LibraryImport(Library)]
    public static partial Status cuGetErrorString(Status status, out byte* text);

    [LibraryImport(Library)]
    public static partial Status cuDeviceGetCount(out int count);

    [LibraryImport(Library)]
    public static partial Status cuDeviceGet(out int device, int ordinal);

    [LibraryImport(Library)]
    public static partial Status cuDeviceGetName(byte* name, int length, int device);

    [LibraryImport(Library)]
    public static partial Status cuDeviceGetAttribute(out int value, DeviceAttribute attribute, int device);

    [LibraryImport(Library)]
    public static partial Status cuDeviceTotalMem_v2(out nuint bytes, int device);

    /// <param name="uuid">Room for 16 bytes.</param>
    /// <param name="device">The device.</param>
    [LibraryImport(Library)]
    public static partial Status cuDeviceGetUuid_v2(byte* uuid, int device);

    [LibraryImport(Library)]
    public static partial Status cuDevicePrimaryCtxRetain(out nint context, int device);

    [LibraryImport(Library)]
    public static partial Status cuDevicePrimaryCtxRelease_v2(int device);

    [LibraryImport(Library)]
    public static partial Status cuCtxSetCurrent(nint context);

    [LibraryImport(Library)]
    public static partial Status cuCtxGetCurrent(out nint context);

    [LibraryImport(Library)]
    public static partial Status cuMemGetInfo_v2(out nuint free, out nuint total);

    public static Status cuMemAlloc_v2(out nint address, nuint bytes) =>
        RawCalls.Instead is { } other
            ? (Status)other.MemAlloc(out address, bytes)
            : Own.cuMemAlloc_v2(out address, bytes);

    public static Status cuMemFree_v2(nint address) =>
        RawCalls.Instead is { } other
            ? (Status)other.MemFree(address)
            : Own.cuMemFree_v2(address);

    [LibraryImport(Library)]
    public static partial Status cuMemAllocHost_v2(out nint memory, nuint bytes);

    [LibraryImport(Library)]
    public static partial Status cuMemFreeHost(nint memory);

    public static Status cuMemcpyHtoDAsync_v2(nint destination, void* source, nuint bytes, nint stream) =>
        RawCalls.Instead is { } other
            ? (Status)other.MemcpyHtoDAsync(destination, (nint)source, bytes, stream)
            : Own.cuMemcpyHtoDAsync_v2(destination, source, bytes, stream);

    public static Status cuMemcpyDtoHAsync_v2(void* destination, nint source, nuint bytes, nint stream) =>
        RawCalls.Instead is { } other
            ? (Status)other.MemcpyDtoHAsync((nint)destination, source, bytes, stream)
            : Own.cuMemcpyDtoHAsync_v2(destination, source, bytes, stream);

    public static Status cuMemcpyDtoDAsync_v2(nint destination, nint source, nuint bytes, nint stream) =>
        RawCalls.Instead is { } other
            ? (Status)other.MemcpyDtoDAsync(destination, source, bytes, stream)
            : Own.cuMemcpyDtoDAsync_v2(destination, source, bytes, stream);

    /// <param name="destination">Device address.</param>
    /// <param name="value">The byte to write.</param>
    /// <param name="count">Bytes.</param>
    /// <param name="stream">Stream.</param>
    public static Status cuMemsetD8Async(nint destination, byte value, nuint count, nint stream) =>
        RawCalls.Instead is { } other
            ? (Status)other.MemsetD8Async(destination, value, count, stream)
            : Own.cuMemsetD8Async(destination, value, count, stream);

    /// <param name="destination">Device address, a multiple of 4.</param>
    /// <param name="value">The word to write.</param>
    /// <param name="count">Words of 4 bytes.</param>
    /// <param name="stream">Stream.</param>
    public static Status cuMemsetD32Async(nint destination, uint value, nuint count, nint stream) =>
        RawCalls.Instead is { } other
            ? (Status)other.MemsetD32Async(destination, value, count, stream)
            : Own.cuMemsetD32Async(destination, value, count, stream);

    [LibraryImport(Library)]
    public static partial Status cuStreamCreate(out nint stream, StreamFlags flags);

    [LibraryImport(Library)]
    public static partial Status cuStreamDestroy_v2(nint stream);

    [LibraryImport(Library)]
    public static partial Status cuStreamSynchronize(nint stream);

    [LibraryImport(Library)]
    public static partial Status cuStreamWaitEvent(nint stream, nint waitedFor, uint flags);

    [LibraryImport(Library)]
    public static partial Status cuEventCreate(out nint created, EventFlags flags);

    [LibraryImport(Library)]
    public static partial Status cuEventDestroy_v2(nint destroyed);

    [LibraryImport(Library)]
    public static partial Status cuEventRecord(nint recorded, nint stream);

    [LibraryImport(Library)]
    public static partial Status cuEventSynchronize(nint waitedFor);

    /// <summary>Answers <see cref="Status.CUDA_ERROR_NOT_READY"/> when the event has not happened yet.</summary>
    [LibraryImport(Library)]
    public static partial Status cuEventQuery(nint asked);

    [LibraryImport(Library)]
    public static partial Status cuEventElapsedTime(out float milliseconds, nint start, nint end);

    /// <param name="module">Gets the module.</param>
    /// <param name="image">A cubin, or PTX that ends with a zero byte.</param>
    [LibraryImport(Library)]
    public static partial Status cuModuleLoadData(out nint module, byte* image);

    [LibraryImport(Library)]
    public static partial Status cuModuleUnload(nint module);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial Status cuModuleGetFunction(out nint function, nint module, string name);

    [LibraryImport(Library)]
    public static partial Status cuFuncGetAttribute(out int value, FunctionAttribute attribute, nint function);

    [LibraryImport(Library)]
    public static partial Status cuFuncSetAttribute(nint function, FunctionAttribute attribute, int value);

    /// <summary>
    /// Where a parameter of a kernel lies and how large it is; <see cref="Status.CUDA_ERROR_INVALID_VALUE"/> beyond the last.
    /// Drivers have it from CUDA 12.4 on: before, the call throws <see cref="EntryPointNotFoundException"/>.
    /// </summary>
    [LibraryImport(Library)]
    public static partial Status cuFuncGetParamInfo(nint function, nuint index, out nuint offset, out nuint size);

    /// <summary>A kernel of this program takes one parameter, to which the first of <paramref name="parameters"/> points.</summary>
    public static Status cuLaunchKernel(
        nint function,
        uint gridX,
        uint gridY,
        uint gridZ,
        uint blockX,
        uint blockY,
        uint blockZ,
        uint sharedBytes,
        nint stream,
        void** parameters,
        void** extra) =>
        RawCalls.Instead is { } other
            ? (Status)other.LaunchKernel(
                function, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, stream, (nint)parameters[0])
            : Own.cuLaunchKernel(
                function, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, stream, parameters, extra);

    [LibraryImport(Library)]
    public static partial Status cuStreamBeginCapture_v2(nint stream, CaptureMode mode);

    [LibraryImport(Library)]
    public static partial Status cuStreamEndCapture(nint stream, out nint graph);

    [LibraryImport(Library)]
    public static partial Status cuStreamIsCapturing(nint stream, out CaptureStatus status);

    [LibraryImport(Library)]
    public static partial Status cuGraphInstantiateWithFlags(out nint executable, nint graph, ulong flags);

    [LibraryImport(Library)]
    public static partial Status cuGraphLaunch(nint executable, nint stream);

    [LibraryImport(Library)]
    public static partial Status cuGraphExecDestroy(nint executable);

    [LibraryImport(Library)]
    public static partial Status cuGraphDestroy(nint graph);

    // The functions that RawCalls may put on another wrapper.
    private static partial class Own
    {
        [LibraryImport(Library)]
        internal static partial Status cuMemAlloc_v2(out nint address, nuint bytes);

        [LibraryImport(Library)]
        internal static partial Status cuMemFree_v2(nint address);

        [LibraryImport(Library)]
        internal static partial Status cuMemcpyHtoDAsync_v2(nint destination, void* source, nuint bytes, nint stream);

        [LibraryImport(Library)]
        internal static partial Status cuMemcpyDtoHAsync_v2(void* destination, nint source, nuint bytes, nint stream);

        [LibraryImport(Library)]
        internal static partial Status cuMemcpyDtoDAsync_v2(nint destination, nint source, nuint bytes, nint stream);

        [LibraryImport(Library)]
        internal static partial Status cuMemsetD8Async(nint destination, byte value, nuint count, nint stream);

        [LibraryImport(Library)]
        internal static partial Status cuMemsetD32Async(nint destination, uint value, nuint count, nint stream);

        [LibraryImport(Library)]
        internal static partial Status cuLaunchKernel(
            nint function,
            uint gridX,
            uint gridY,
            uint gridZ,
            uint blockX,
            uint blockY,
            uint blockZ,
            uint sharedBytes,
            nint stream,
            void** parameters,
            void** extra);
    }
}
