namespace Recede.Cuda.Cublas;

/// <summary>cublasComputeType_t: what is computed with.</summary>
internal enum ComputeType
{
    CUBLAS_COMPUTE_32F = 68,
    CUBLAS_COMPUTE_32F_PEDANTIC = 69,
    CUBLAS_COMPUTE_32F_FAST_TF32 = 77,
}
