namespace Recede.Cuda.Cublas;

/// <summary>cublasMath_t: how precisely is multiplied.</summary>
internal enum MathMode
{
    CUBLAS_DEFAULT_MATH = 0,
    CUBLAS_PEDANTIC_MATH = 2,
    CUBLAS_TF32_TENSOR_OP_MATH = 3,
    CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION = 16,
}
