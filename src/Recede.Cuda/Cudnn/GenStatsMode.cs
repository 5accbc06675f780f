namespace Recede.Cuda.Cudnn;

/// <summary>cudnnGenStatsMode_t: the statistics of a convolution's output.</summary>
internal enum GenStatsMode
{
    CUDNN_GENSTATS_SUM_SQSUM = 0,
}
