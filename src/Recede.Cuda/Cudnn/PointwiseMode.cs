namespace Recede.Cuda.Cudnn;

/// <summary>cudnnPointwiseMode_t: the operations that may be fused behind a convolution.</summary>
internal enum PointwiseMode
{
    CUDNN_POINTWISE_ADD = 0,
    CUDNN_POINTWISE_MUL = 1,
    CUDNN_POINTWISE_MIN = 2,
    CUDNN_POINTWISE_MAX = 3,
    CUDNN_POINTWISE_SQRT = 4,
    CUDNN_POINTWISE_SUB = 9,
    CUDNN_POINTWISE_RSQRT = 17,
    CUDNN_POINTWISE_IDENTITY = 21,
    CUDNN_POINTWISE_RELU_FWD = 100,
    CUDNN_POINTWISE_SIGMOID_FWD = 102,
    CUDNN_POINTWISE_RELU_BWD = 200,
    CUDNN_POINTWISE_CMP_GT = 302,
    CUDNN_POINTWISE_BINARY_SELECT = 601,
}
