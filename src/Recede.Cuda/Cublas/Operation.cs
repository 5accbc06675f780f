namespace Recede.Cuda.Cublas;

/// <summary>cublasOperation_t: how a matrix is read.</summary>
internal enum Operation
{
    CUBLAS_OP_N = 0,
    CUBLAS_OP_T = 1,
}
