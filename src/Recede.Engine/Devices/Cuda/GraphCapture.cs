namespace Recede.Engine.Devices.Cuda;

/// <summary>A capture that is under way; see <see cref="CudaDevice.BeginCapture"/>. It ends on the thread that began it.</summary>
public sealed class GraphCapture : IDisposable
{
    private readonly CudaDevice _device;
    private bool _ended;

    internal GraphCapture(CudaDevice device) => _device = device;

    /// <summary>Ends the capture and makes what was recorded ready to be replayed. Nothing of it has run yet.</summary>
    /// <exception cref="InvalidOperationException">The capture has ended.</exception>
    /// <exception cref="Recede.Cuda.CudaException">Something was queued that cannot be replayed.</exception>
    public CapturedGraph End()
    {
        if (_ended)
        {
            throw new InvalidOperationException("The capture has ended.");
        }

        _ended = true;
        return _device.EndCapture(keep: true)!;
    }

    /// <summary>Gives the capture up, unless it has ended.</summary>
    public void Dispose()
    {
        if (!_ended)
        {
            _ended = true;
            _device.EndCapture(keep: false);
        }
    }
}
