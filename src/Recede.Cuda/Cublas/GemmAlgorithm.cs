namespace Recede.Cuda.Cublas;

/// <summary>cublasGemmAlgo_t: the choice of the algorithm: left to cuBLAS.</summary>
internal enum GemmAlgorithm
{
    CUBLAS_GEMM_DEFAULT = -1,
}
