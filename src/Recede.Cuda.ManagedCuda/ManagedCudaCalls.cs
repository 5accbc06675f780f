using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ManagedCuda;
using ManagedCuda.BasicTypes;
using ManagedCuda.CudaBlas;
using Recede.Cuda.Libraries;
using Memory = ManagedCuda.DriverAPINativeMethods.MemoryManagement;
using Copies = ManagedCuda.DriverAPINativeMethods.AsynchronousMemcpy_v2;
using Fills = ManagedCuda.DriverAPINativeMethods.MemsetAsync;

namespace Recede.Cuda.ManagedCuda;

/// <summary>The raw calls of a step by way of ManagedCuda. <see cref="Install"/> comes before the first device.</summary>
public sealed class ManagedCudaCalls : IRawCalls
{
    // ManagedCuda's names of the libraries, which on Linux it looks for as libcuda.so and libcublas.so first.
    private const string DriverName = "nvcuda";
    private const string CublasName = "cublas64_12";

    [ThreadStatic]
    private static nint[]? _parameters;

    private ManagedCudaCalls()
    {
    }

    /// <summary>
    /// Puts the calls on ManagedCuda, for all devices that are opened from now on. It is given the libraries that Recede found
    /// wherever it finds none itself.
    /// </summary>
    /// <exception cref="InvalidOperationException">ManagedCuda finds another file for the driver or cuBLAS than Recede: handles of one
    /// are none of the other.</exception>
    public static void Install()
    {
        if (RawCalls.Instead is not null)
        {
            return;
        }

        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => name switch
        {
            DriverName => LibraryResolver.Find(LibraryNames.Driver).Handle,
            CublasName => LibraryResolver.Find(LibraryNames.Cublas).Handle,
            _ => 0,
        };
        CheckSame("libcuda", LibraryNames.Driver);
        CheckSame("cublas", LibraryNames.Cublas);
        RawCalls.Instead = new ManagedCudaCalls();
    }

    int IRawCalls.MemAlloc(out nint address, nuint bytes)
    {
        var made = default(CUdeviceptr);
        var status = Memory.cuMemAlloc_v2(ref made, bytes);
        address = made.Pointer;
        return (int)status;
    }

    int IRawCalls.MemFree(nint address) => (int)Memory.cuMemFree_v2(Device(address));

    int IRawCalls.MemcpyHtoDAsync(nint destination, nint source, nuint bytes, nint stream) =>
        (int)Copies.cuMemcpyHtoDAsync_v2(Device(destination), source, bytes, Stream(stream));

    int IRawCalls.MemcpyDtoHAsync(nint destination, nint source, nuint bytes, nint stream) =>
        (int)Copies.cuMemcpyDtoHAsync_v2(destination, Device(source), bytes, Stream(stream));

    int IRawCalls.MemcpyDtoDAsync(nint destination, nint source, nuint bytes, nint stream) =>
        (int)Copies.cuMemcpyDtoDAsync_v2(Device(destination), Device(source), bytes, Stream(stream));

    int IRawCalls.MemsetD8Async(nint destination, byte value, nuint count, nint stream) =>
        (int)Fills.cuMemsetD8Async(Device(destination), value, count, Stream(stream));

    int IRawCalls.MemsetD32Async(nint destination, uint value, nuint count, nint stream) =>
        (int)Fills.cuMemsetD32Async(Device(destination), value, count, Stream(stream));

    int IRawCalls.LaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes, nint stream, nint argument)
    {
        // A warm launch allocates no managed memory.
        var parameters = _parameters ??= new nint[1];
        parameters[0] = argument;
        return (int)DriverAPINativeMethods.Launch.cuLaunchKernel(
            new CUfunction { Pointer = function }, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, Stream(stream), parameters, null);
    }

    int IRawCalls.Sgemm(
        nint handle, int operationA, int operationB, int m, int n, int k, ref float alpha, nint a, int leadingA, nint b, int leadingB,
        ref float beta, nint c, int leadingC) => (int)CudaBlasNativeMethods.cublasSgemm_v2(
            new CudaBlasHandle { Pointer = handle }, (Operation)operationA, (Operation)operationB, m, n, k, ref alpha, Device(a), leadingA,
            Device(b), leadingB, ref beta, Device(c), leadingC);

    int IRawCalls.GemmEx(
        nint handle, int operationA, int operationB, int m, int n, int k, nint alpha, nint a, int typeA, int leadingA, nint b, int typeB,
        int leadingB, nint beta, nint c, int typeC, int leadingC, int computeType, int algorithm) => (int)CudaBlasNativeMethods.cublasGemmEx(
            new CudaBlasHandle { Pointer = handle }, (Operation)operationA, (Operation)operationB, m, n, k, alpha, Device(a),
            (cudaDataType)typeA, leadingA, Device(b), (cudaDataType)typeB, leadingB, beta, Device(c), (cudaDataType)typeC, leadingC,
            (ComputeType)computeType, (GemmAlgo)algorithm);

    private static CUdeviceptr Device(nint address) => new(address);

    private static CUstream Stream(nint stream) => new() { Pointer = stream };

    // As ManagedCuda looks: by the loader's path. The loader gives one handle for one file.
    private static void CheckSame(string name, string ours)
    {
        if (OperatingSystem.IsLinux() && LibraryResolver.Find(ours) is { Handle: not 0 } found
            && NativeLibrary.TryLoad(name, typeof(DriverAPINativeMethods).Assembly, DllImportSearchPath.SafeDirectories, out var theirs)
            && theirs != found.Handle)
        {
            throw new InvalidOperationException(
                $"ManagedCuda loads {name} from another place than {found.Path}, which Recede found: put the folder of that first in LD_LIBRARY_PATH.");
        }
    }
}
