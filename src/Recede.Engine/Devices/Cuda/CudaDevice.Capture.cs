using Recede.Cuda.Driver;

namespace Recede.Engine.Devices.Cuda;

/// <content>Capturing work that is to be replayed.</content>
public sealed unsafe partial class CudaDevice
{
    private readonly HashSet<CapturedGraph> _graphs = [];
    private bool _capturing;

    /// <summary>Whether what is queued now is recorded; for those who have the device's turn.</summary>
    internal bool IsCapturing => _capturing;

    /// <summary>
    /// Begins to record what this thread queues, instead of running it. Until the capture ends other threads wait for the
    /// device, and whatever cannot be replayed throws: allocating, uploads and downloads, waiting, a kernel's first launch.
    /// So the same work must have run once before.
    /// </summary>
    /// <exception cref="InvalidOperationException">A capture is under way.</exception>
    public GraphCapture BeginCapture()
    {
        using var turn = Enter();
        CheckNotCapturing("another capture begins");

        // Other threads may allocate on other devices meanwhile.
        Native.cuStreamBeginCapture_v2(Stream, CaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL).Check();
        _turn.Enter();
        _capturing = true;
        return new GraphCapture(this);
    }

    /// <summary>Ends the capture; null when it is given up, or was by disposing the device.</summary>
    /// <exception cref="InvalidOperationException">There is nothing to keep: no capture is under way on this thread.</exception>
    internal CapturedGraph? EndCapture(bool keep)
    {
        if (!_capturing || !_turn.IsHeldByCurrentThread)
        {
            return keep ? throw new InvalidOperationException("No capture is under way on this thread.") : null;
        }

        nint recorded = 0;
        try
        {
            var status = Native.cuStreamEndCapture(Stream, out recorded);
            if (!keep)
            {
                status.Release();
                return null;
            }

            status.Check(nameof(Native.cuStreamEndCapture));
            var graph = new CapturedGraph(this, ExecutableGraph.Instantiate(recorded));
            _graphs.Add(graph);
            return graph;
        }
        finally
        {
            if (recorded != 0)
            {
                Native.cuGraphDestroy(recorded).Release();
            }

            _capturing = false;
            _turn.Exit();
        }
    }

    internal void Replay(ExecutableGraph graph)
    {
        using var turn = Enter();
        CheckNotCapturing("a captured graph is launched");
        graph.Launch(Stream);
    }

    internal void Forget(CapturedGraph graph, ExecutableGraph executable)
    {
        lock (_turn)
        {
            // A device that is disposed destroyed its graphs itself.
            if (_graphs.Remove(graph))
            {
                _context.TryMakeCurrent();
                Native.cuStreamSynchronize(Stream).Release();
                executable.Dispose();
            }
        }
    }

    internal void CheckNotCapturing(string what)
    {
        if (_capturing)
        {
            throw new InvalidOperationException($"A step is being captured, and {what} inside it: that cannot be replayed.");
        }
    }

    private void ReleaseGraphs()
    {
        foreach (var graph in _graphs)
        {
            graph.ReleaseExecutable();
        }

        _graphs.Clear();
    }
}
