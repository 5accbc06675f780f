using System.Runtime.InteropServices;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Tests.Ops;

namespace Recede.Engine.Tests.Cuda.Libraries;

/// <summary>A CUDA device on the stand-in, for tests that call the libraries' sessions themselves.</summary>
internal sealed partial class LibraryDevice : IDisposable
{
    private readonly StandIn _standIn = StandIn.Take();
    private readonly List<DeviceBuffer> _buffers = [];

    public LibraryDevice(CudaOptions? options = null)
    {
        try
        {
            Device = _standIn.OpenDevice(options);
        }
        catch
        {
            _standIn.Dispose();
            throw;
        }
    }

    /// <summary>What fake_cudnn.h calls Refusal.</summary>
    [Flags]
    internal enum Refusal
    {
        None = 0,
        Accumulate = 1,
        MixedResult = 2,
        Bias = 4,
        All = 8,
    }

    public StandIn StandIn => _standIn;

    public CudaDevice Device { get; }

    /// <summary>Descriptors and handles of cuDNN that are not destroyed.</summary>
    public static int LiveCudnnObjects => standin_cudnn_live();

    /// <summary>Makes cuDNN's engines refuse some configurations.</summary>
    public static void Refuse(Refusal what) => standin_cudnn_refuse((int)what);

    /// <summary>Values from a seed, exact in bfloat16, so that both types start from the same numbers.</summary>
    public static double[] Values(long count, int seed)
    {
        var random = new Random(seed);
        var values = new double[count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BFloat16.Round((float)(random.NextDouble() * 2 - 1));
        }

        return values;
    }

    /// <summary>A tensor in the device's layout.</summary>
    public nint Upload(double[] values, Shape shape, TensorLayout layout, ElementType type)
    {
        var physical = new float[NhwcLayout.Count(shape, layout)];
        ForEach(shape, (logical, at) => physical[at] = (float)values[logical]);
        var bytes = type == ElementType.BFloat16
            ? MemoryMarshal.AsBytes(Array.ConvertAll(physical, BFloat16.FromSingle).AsSpan()).ToArray()
            : MemoryMarshal.AsBytes(physical.AsSpan()).ToArray();
        var address = Allocate(bytes.Length);
        Device.UploadBytes(bytes, address);
        return address;
    }

    /// <summary>Memory that was never written.</summary>
    public nint Allocate(long bytes)
    {
        var buffer = Device.Allocate(bytes);
        _buffers.Add(buffer);
        _standIn.Forget(buffer.Address, buffer.Bytes);
        return buffer.Address;
    }

    /// <summary>A tensor of the device, row-major; its padding must be zero.</summary>
    public float[] Download(nint address, Shape shape, TensorLayout layout, ElementType type)
    {
        var bytes = new byte[Device.PhysicalBytes(shape, layout, type)];
        Device.DownloadBytes(address, bytes);
        var physical = type == ElementType.BFloat16
            ? Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes).ToArray(), BFloat16.ToSingle)
            : MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        var values = new float[shape.Count];
        ForEach(shape, (logical, at) =>
        {
            values[logical] = physical[at];
            physical[at] = 0;
        });
        Assert.That(physical, Is.All.Zero, "padding");
        return values;
    }

    public void Dispose()
    {
        Refuse(Refusal.None);
        foreach (var buffer in _buffers)
        {
            buffer.Dispose();
        }

        Device.Dispose();
        _standIn.Dispose();
    }

    private static void ForEach(Shape s, Action<long, long> visit)
    {
        var padded = NhwcLayout.Padded(s.C);
        for (var n = 0; n < s.N; n++)
        {
            for (var h = 0; h < s.H; h++)
            {
                for (var w = 0; w < s.W; w++)
                {
                    for (var c = 0; c < s.C; c++)
                    {
                        visit(RowMajor.Index(s, n, h, w, c), ((((long)n * s.H) + h) * s.W + w) * padded + c);
                    }
                }
            }
        }
    }

    [LibraryImport("standin")]
    private static partial void standin_cudnn_refuse(int what);

    [LibraryImport("standin")]
    private static partial int standin_cudnn_live();
}
