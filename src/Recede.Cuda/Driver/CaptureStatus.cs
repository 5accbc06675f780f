namespace Recede.Cuda.Driver;

/// <summary>CUstreamCaptureStatus: whether a stream is being captured.</summary>
internal enum CaptureStatus
{
    CU_STREAM_CAPTURE_STATUS_NONE = 0,
    CU_STREAM_CAPTURE_STATUS_ACTIVE = 1,
    CU_STREAM_CAPTURE_STATUS_INVALIDATED = 2,
}
