namespace Recede.Cuda.Driver;

/// <summary>CUstream_flags: kinds of streams.</summary>
internal enum StreamFlags
{
    CU_STREAM_DEFAULT = 0,
    CU_STREAM_NON_BLOCKING = 1,
}
