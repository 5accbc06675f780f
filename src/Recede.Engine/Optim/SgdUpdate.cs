using System.Diagnostics;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Optim;

/// <summary>
/// The device's side of <see cref="Sgd"/>: one parallel pass over the pieces of all parameters, and the one place where
/// it is sent to a device.
/// </summary>
internal sealed partial class SgdUpdate(Device device) : IDisposable
{
    // Floats in a piece: large against the cost of handing it out, small against a layer.
    private const int PieceLength = 1 << 14;

    private SgdPiece[] _pieces = [];
    private int _count;

    /// <summary>Forgets all pieces.</summary>
    public void Clear() => _count = 0;

    /// <summary>Adds a parameter as <paramref name="whole"/>, cut by its length alone.</summary>
    /// <param name="whole">The parameter's addresses and factors; its count is ignored.</param>
    /// <param name="count">Its floats in memory. A multiple of the lanes, so that no piece has a tail.</param>
    public void Add(in SgdPiece whole, long count)
    {
        for (long from = 0; from < count; from += PieceLength)
        {
            if (_count == _pieces.Length)
            {
                Array.Resize(ref _pieces, Math.Max(64, 2 * _count));
            }

            var bytes = (nint)(from * sizeof(float));
            _pieces[_count++] = whole with
            {
                Count = (int)Math.Min(PieceLength, count - from),
                Value = whole.Value + bytes,
                Gradient = whole.Gradient + bytes,
                Velocity = whole.Velocity == 0 ? 0 : whole.Velocity + bytes,
            };
        }
    }

    /// <summary>dw += weightDecay w;  v = momentum v + dw;  w -= learningRate (dw + momentum v) with Nesterov, else
    /// learningRate v. The gradient in memory stays as it is.</summary>
    public void Apply(float learningRate, bool nesterov)
    {
        switch (device)
        {
            case CpuDevice cpu:
                ApplyCpu(cpu.Pool, learningRate, nesterov);
                break;
            case CudaDevice cuda:
                ApplyCuda(cuda, learningRate, nesterov);
                break;
            default:
                throw new UnreachableException(device.Name);
        }
    }

    /// <summary>Number of the first parameter whose gradient is not finite throughout, or -1.</summary>
    public int FindNonFiniteGradient()
    {
        var piece = device switch
        {
            CpuDevice cpu => FindNonFiniteCpu(cpu.Pool),
            CudaDevice cuda => FindNonFiniteCuda(cuda),
            _ => throw new UnreachableException(device.Name),
        };
        return piece < 0 ? -1 : _pieces[piece].Parameter;
    }

    /// <summary>Frees what it holds on the device.</summary>
    public void Dispose()
    {
        _table?.Dispose();
        _table = null;
    }
}
