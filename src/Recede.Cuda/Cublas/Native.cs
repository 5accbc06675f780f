using System.Runtime.InteropServices;
using Recede.Cuda.Libraries;

namespace Recede.Cuda.Cublas;

/// <summary>
/// cuBLAS's functions, by their C names. Matrices are column-major; addresses are the device's but for the scalars alpha and
/// beta. A status goes to <see cref="StatusChecks.Check"/>; the library is found and loaded at the first call.
/// </summary>
internal static unsafe partial class Native
{
    private const string Library = LibraryNames.Cublas;

    static Native() => LibraryResolver.Install();

    [LibraryImport(Library)]
    public static partial Status cublasCreate_v2(out nint handle);

    [LibraryImport(Library)]
    public static partial Status cublasDestroy_v2(nint handle);

    [LibraryImport(Library)]
    public static partial byte* cublasGetStatusString(Status status);

    /// <summary>The version as 10000 * major + 100 * minor + patch.</summary>
    [LibraryImport(Library)]
    public static partial Status cublasGetVersion_v2(nint handle, out int version);

    /// <summary>Also forgets the workspace that was set: set it after the stream.</summary>
    [LibraryImport(Library)]
    public static partial Status cublasSetStream_v2(nint handle, nint stream);

    [LibraryImport(Library)]
    public static partial Status cublasSetMathMode(nint handle, MathMode mode);

    /// <param name="handle">The handle.</param>
    /// <param name="workspace">Device address, a multiple of 256.</param>
    /// <param name="bytes">Its size.</param>
    [LibraryImport(Library)]
    public static partial Status cublasSetWorkspace_v2(nint handle, nint workspace, nuint bytes);

    /// <summary>C [m, n] = alpha op(A) [m, k] op(B) [k, n] + beta C, in single precision.</summary>
    public static Status cublasSgemm_v2(
        nint handle,
        Operation operationA,
        Operation operationB,
        int m,
        int n,
        int k,
        float* alpha,
        nint a,
        int leadingA,
        nint b,
        int leadingB,
        float* beta,
        nint c,
        int leadingC) =>
        RawCalls.Instead is { } other
            ? (Status)other.Sgemm(
                handle, (int)operationA, (int)operationB, m, n, k, ref *alpha, a, leadingA, b, leadingB, ref *beta, c, leadingC)
            : Own.cublasSgemm_v2(handle, operationA, operationB, m, n, k, alpha, a, leadingA, b, leadingB, beta, c, leadingC);

    /// <summary>C [m, n] = alpha op(A) [m, k] op(B) [k, n] + beta C, each matrix with its type.</summary>
    public static Status cublasGemmEx(
        nint handle,
        Operation operationA,
        Operation operationB,
        int m,
        int n,
        int k,
        void* alpha,
        nint a,
        DataType typeA,
        int leadingA,
        nint b,
        DataType typeB,
        int leadingB,
        void* beta,
        nint c,
        DataType typeC,
        int leadingC,
        ComputeType computeType,
        GemmAlgorithm algorithm) =>
        RawCalls.Instead is { } other
            ? (Status)other.GemmEx(
                handle, (int)operationA, (int)operationB, m, n, k, (nint)alpha, a, (int)typeA, leadingA, b, (int)typeB, leadingB, (nint)beta, c,
                (int)typeC, leadingC, (int)computeType, (int)algorithm)
            : Own.cublasGemmEx(
                handle, operationA, operationB, m, n, k, alpha, a, typeA, leadingA, b, typeB, leadingB, beta, c, typeC, leadingC, computeType,
                algorithm);

    // The functions that RawCalls may put on another wrapper.
    private static partial class Own
    {
        [LibraryImport(Library)]
        internal static partial Status cublasSgemm_v2(
            nint handle,
            Operation operationA,
            Operation operationB,
            int m,
            int n,
            int k,
            float* alpha,
            nint a,
            int leadingA,
            nint b,
            int leadingB,
            float* beta,
            nint c,
            int leadingC);

        [LibraryImport(Library)]
        internal static partial Status cublasGemmEx(
            nint handle,
            Operation operationA,
            Operation operationB,
            int m,
            int n,
            int k,
            void* alpha,
            nint a,
            DataType typeA,
            int leadingA,
            nint b,
            DataType typeB,
            int leadingB,
            void* beta,
            nint c,
            DataType typeC,
            int leadingC,
            ComputeType computeType,
            GemmAlgorithm algorithm);
    }
}
