namespace Recede.Cuda.Cudnn;

/// <summary>cudnnDataType_t: the types of tensors and of what is computed with.</summary>
internal enum DataType
{
    CUDNN_DATA_FLOAT = 0,
    CUDNN_DATA_HALF = 2,
    CUDNN_DATA_INT32 = 4,
    CUDNN_DATA_BFLOAT16 = 9,
    CUDNN_DATA_INT64 = 10,
    CUDNN_DATA_BOOLEAN = 11,
}
