namespace Recede.Cuda.Cublas;

/// <summary>cudaDataType_t: the types of matrices.</summary>
internal enum DataType
{
    CUDA_R_32F = 0,
    CUDA_R_64F = 1,
    CUDA_R_16F = 2,
    CUDA_R_16BF = 14,
}
