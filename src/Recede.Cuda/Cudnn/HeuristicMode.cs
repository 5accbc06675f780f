namespace Recede.Cuda.Cudnn;

/// <summary>cudnnBackendHeurMode_t: how engines are proposed.</summary>
internal enum HeuristicMode
{
    CUDNN_HEUR_MODE_INSTANT = 0,
    CUDNN_HEUR_MODE_B = 1,
    CUDNN_HEUR_MODE_FALLBACK = 2,
    CUDNN_HEUR_MODE_A = 3,
}
