namespace Recede.Engine.Tests.Cuda;

/// <summary>What a context of the stand-in can hold.</summary>
internal enum StandInObject
{
    DeviceMemory = 0,
    PinnedMemory = 1,
    Streams = 2,
    Events = 3,
    Modules = 4,
    Graphs = 5,
    ExecutableGraphs = 6,
}
