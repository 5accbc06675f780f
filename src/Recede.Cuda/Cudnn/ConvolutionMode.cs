namespace Recede.Cuda.Cudnn;

/// <summary>cudnnConvolutionMode_t: networks mean the cross-correlation, which does not flip the filter.</summary>
internal enum ConvolutionMode
{
    CUDNN_CONVOLUTION = 0,
    CUDNN_CROSS_CORRELATION = 1,
}
