namespace Recede.Cuda;

/// <summary>
/// The seam for another wrapper of the driver and cuBLAS: the calls that take memory, move it and compute with it, which is what a
/// step is made of. Names, order and meaning are C's; addresses of the device and of the host, and handles, are <see cref="nint"/>;
/// a status comes back as its number. Handles are made and destroyed by the bindings here: they are the library's, and mean the
/// same to every wrapper of it.
/// </summary>
internal interface IRawCalls
{
    /// <summary>cuMemAlloc_v2.</summary>
    int MemAlloc(out nint address, nuint bytes);

    /// <summary>cuMemFree_v2.</summary>
    int MemFree(nint address);

    /// <summary>cuMemcpyHtoDAsync_v2.</summary>
    int MemcpyHtoDAsync(nint destination, nint source, nuint bytes, nint stream);

    /// <summary>cuMemcpyDtoHAsync_v2.</summary>
    int MemcpyDtoHAsync(nint destination, nint source, nuint bytes, nint stream);

    /// <summary>cuMemcpyDtoDAsync_v2.</summary>
    int MemcpyDtoDAsync(nint destination, nint source, nuint bytes, nint stream);

    /// <summary>cuMemsetD8Async.</summary>
    int MemsetD8Async(nint destination, byte value, nuint count, nint stream);

    /// <summary>cuMemsetD32Async.</summary>
    int MemsetD32Async(nint destination, uint value, nuint count, nint stream);

    /// <summary>cuLaunchKernel of a kernel with one parameter, which is at <paramref name="argument"/> in the host's memory.</summary>
    int LaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes, nint stream, nint argument);

    /// <summary>cublasSgemm_v2, alpha and beta in the host's memory.</summary>
    int Sgemm(
        nint handle, int operationA, int operationB, int m, int n, int k, ref float alpha, nint a, int leadingA, nint b, int leadingB,
        ref float beta, nint c, int leadingC);

    /// <summary>cublasGemmEx, alpha and beta in the host's memory.</summary>
    int GemmEx(
        nint handle, int operationA, int operationB, int m, int n, int k, nint alpha, nint a, int typeA, int leadingA, nint b, int typeB,
        int leadingB, nint beta, nint c, int typeC, int leadingC, int computeType, int algorithm);
}
