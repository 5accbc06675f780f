namespace Recede.Cuda.Driver;

/// <summary>CUstreamCaptureMode: what other calls may do while a stream is captured.</summary>
internal enum CaptureMode
{
    CU_STREAM_CAPTURE_MODE_GLOBAL = 0,
    CU_STREAM_CAPTURE_MODE_THREAD_LOCAL = 1,
    CU_STREAM_CAPTURE_MODE_RELAXED = 2,
}
