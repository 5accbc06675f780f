using Recede.Cuda.Driver;

namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// Work that was recorded once and is replayed with one call: the same kernels on the same addresses. Memory that it uses must
/// stay where it is, with its owner: a graph is disposed before a shrink, and is void when the step arena has grown.
/// </summary>
public sealed class CapturedGraph : IDisposable
{
    private readonly CudaDevice _device;
    private readonly ExecutableGraph _executable;
    private bool _disposed;

    internal CapturedGraph(CudaDevice device, ExecutableGraph executable)
    {
        _device = device;
        _executable = executable;
    }

    /// <summary>Queues all of it.</summary>
    /// <exception cref="ObjectDisposedException">The graph or its device is disposed.</exception>
    public void Launch()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _device.Replay(_executable);
    }

    /// <summary>Waits for the device and frees the graph.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _device.Forget(this, _executable);
        }
    }

    internal void ReleaseExecutable() => _executable.Dispose();
}
