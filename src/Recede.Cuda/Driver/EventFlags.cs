namespace Recede.Cuda.Driver;

/// <summary>CUevent_flags: kinds of events.</summary>
internal enum EventFlags
{
    CU_EVENT_DEFAULT = 0,
    CU_EVENT_BLOCKING_SYNC = 1,
    CU_EVENT_DISABLE_TIMING = 2,
}
