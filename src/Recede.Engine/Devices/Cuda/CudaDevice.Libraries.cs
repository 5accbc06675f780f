using Recede.Cuda.Driver;

namespace Recede.Engine.Devices.Cuda;

/// <content>The libraries, each opened when it is first needed.</content>
public sealed unsafe partial class CudaDevice
{
    private CudnnSession? _cudnn;
    private CublasSession? _cublas;

    /// <summary>Convolutions by cuDNN.</summary>
    /// <exception cref="DeviceUnavailableException">There is no cuDNN 9 that can be loaded.</exception>
    internal CudnnSession Cudnn => _cudnn ?? OpenCudnn();

    /// <summary>Matrix products by cuBLAS.</summary>
    /// <exception cref="DeviceUnavailableException">There is no cuBLAS that can be loaded.</exception>
    internal CublasSession Cublas => _cublas ?? OpenCublas();

    /// <summary>Frees the convolution plans, after waiting for what is queued. Those that a graph was captured with stay as long
    /// as the device has any graph, which may still run them.</summary>
    internal override void RetireShapes()
    {
        // The network is pruned when this is called: nothing here may throw.
        lock (_turn)
        {
            if (!_disposed && _cudnn is { } cudnn)
            {
                _context.TryMakeCurrent();
                Native.cuStreamSynchronize(Stream).Release();
                cudnn.Retire(keepCaptured: _capturing || _graphs.Count > 0);
            }
        }
    }

    private CudnnSession OpenCudnn()
    {
        using var turn = Enter();
        CheckNotCapturing("cuDNN is opened");
        try
        {
            return _cudnn ??= new CudnnSession(this);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw Unavailable(e);
        }
    }

    private CublasSession OpenCublas()
    {
        using var turn = Enter();
        CheckNotCapturing("cuBLAS is opened");
        try
        {
            return _cublas ??= new CublasSession(this);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw Unavailable(e);
        }
    }

    private void ReleaseLibraries()
    {
        _cudnn?.Dispose();
        _cublas?.Dispose();
    }
}
