using Recede.Cuda.Cublas;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// Matrix products by cuBLAS on a device's stream. Deterministic: the workspace is one fixed piece of the device's memory,
/// and one stream uses it. Threads may share it; each call takes the device's turn.
/// </summary>
internal sealed unsafe class CublasSession : IDisposable
{
    // What cuBLAS itself takes on Hopper; older GPUs ask for less.
    private const long WorkspaceBytes = 32 << 20;

    private readonly CudaDevice _device;
    private readonly CublasHandle _library = CublasHandle.Create();
    private readonly nint _workspace;

    /// <summary>Opens the library.</summary>
    /// <param name="device">The device, whose turn the caller has. Its options tell whether float32 factors may be rounded to
    /// TF32.</param>
    public CublasSession(CudaDevice device)
    {
        _device = device;
        try
        {
            _workspace = device.AllocateOwn(WorkspaceBytes, "cuBLAS workspace");
        }
        catch
        {
            _library.Dispose();
            throw;
        }

        try
        {
            var mode = device.Options.AllowTf32 ? MathMode.CUBLAS_TF32_TENSOR_OP_MATH : MathMode.CUBLAS_DEFAULT_MATH;

            // Setting the stream forgets the workspace, so it goes first.
            Native.cublasSetStream_v2(_library.Value, device.Stream).Check();
            Native.cublasSetWorkspace_v2(_library.Value, _workspace, (nuint)WorkspaceBytes).Check();
            Native.cublasSetMathMode(_library.Value, mode | MathMode.CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION).Check();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>
    /// c = (accumulate ? c : 0) + op(a) op(b), sums in float32. Row-major: c [rows, columns] has rows of
    /// <paramref name="columns"/> values, a and b likewise rows of their own second extent.
    /// </summary>
    /// <param name="a">[rows, inner], or [inner, rows] where <paramref name="transposeA"/>.</param>
    /// <param name="transposeA">Whether a is read transposed.</param>
    /// <param name="b">[inner, columns], or [columns, inner] where <paramref name="transposeB"/>.</param>
    /// <param name="transposeB">Whether b is read transposed.</param>
    /// <param name="c">What is written.</param>
    /// <param name="rows">Rows of c.</param>
    /// <param name="columns">Columns of c.</param>
    /// <param name="inner">Products in each sum.</param>
    /// <param name="type">Type of a and b: float32 or bfloat16.</param>
    /// <param name="resultType">Type of c: that of a and b, or float32.</param>
    /// <param name="accumulate">Whether c is added to.</param>
    public void Multiply(
        nint a,
        bool transposeA,
        nint b,
        bool transposeB,
        nint c,
        int rows,
        int columns,
        int inner,
        ElementType type,
        ElementType resultType,
        bool accumulate)
    {
        // Column-major, the same memory is the transpose: c' = op(b') op(a').
        var alpha = 1f;
        var beta = accumulate ? 1f : 0f;
        var operationA = transposeA ? Operation.CUBLAS_OP_T : Operation.CUBLAS_OP_N;
        var operationB = transposeB ? Operation.CUBLAS_OP_T : Operation.CUBLAS_OP_N;
        var leadingA = transposeA ? rows : inner;
        var leadingB = transposeB ? inner : columns;
        using var turn = _device.Enter();
        var status = type == ElementType.Float32
            ? Native.cublasSgemm_v2(
                _library.Value, operationB, operationA, columns, rows, inner, &alpha, b, leadingB, a, leadingA, &beta, c, columns)
            : Native.cublasGemmEx(
                _library.Value,
                operationB,
                operationA,
                columns,
                rows,
                inner,
                &alpha,
                b,
                TypeOf(type),
                leadingB,
                a,
                TypeOf(type),
                leadingA,
                &beta,
                c,
                TypeOf(resultType),
                columns,
                ComputeType.CUBLAS_COMPUTE_32F,
                GemmAlgorithm.CUBLAS_GEMM_DEFAULT);
        if (status != Status.CUBLAS_STATUS_SUCCESS)
        {
            var call = type == ElementType.Float32 ? nameof(Native.cublasSgemm_v2) : nameof(Native.cublasGemmEx);
            throw StatusChecks.Error(status, call, $"[{rows},{inner}] times [{inner},{columns}], {type} to {resultType}");
        }
    }

    /// <summary>Frees everything; the device calls this while its context is current and nothing runs.</summary>
    public void Dispose()
    {
        _library.Dispose();
        _device.FreeOwn(_workspace);
    }

    private static DataType TypeOf(ElementType type) =>
        type == ElementType.BFloat16 ? DataType.CUDA_R_16BF : DataType.CUDA_R_32F;
}
