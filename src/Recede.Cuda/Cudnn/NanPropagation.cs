namespace Recede.Cuda.Cudnn;

/// <summary>cudnnNanPropagation_t: whether comparisons keep a NaN.</summary>
internal enum NanPropagation
{
    CUDNN_NOT_PROPAGATE_NAN = 0,
    CUDNN_PROPAGATE_NAN = 1,
}
