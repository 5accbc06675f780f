using System.Runtime.InteropServices;
using Recede.Engine.Devices;
using Recede.Engine.Tests.Cuda;

namespace Recede.Engine.Tests.Support;

/// <summary>
/// A kind of device that fixtures run on: they take its name ("cpu", "cuda") and ask here for devices. One that is absent
/// ignores the test with its reason.
/// </summary>
internal abstract class TestDevice
{
    /// <summary>The device of this name.</summary>
    public static TestDevice Named(string name) => name switch
    {
        CpuTestDevice.Name => new CpuTestDevice(),
        CudaTestDevice.Name => new CudaTestDevice(),
        CudaTestDevice.BFloat16Name => new CudaTestDevice(ElementType.BFloat16),
        _ => throw new ArgumentException($"There is no test device '{name}'."),
    };

    /// <summary>Opens the device as most runs have it.</summary>
    public abstract Device Open();

    /// <summary>Other ways to run the same work, which must give the same bits.</summary>
    public abstract IEnumerable<string> Variants { get; }

    /// <summary>Opens the device in one of <see cref="Variants"/>.</summary>
    public abstract Device Open(string variant);

    /// <summary>Ends what is left of a test, after its devices are disposed; fails where something was found wrong.</summary>
    public virtual void Close()
    {
    }

    /// <summary>Where an element lies, counted in elements.</summary>
    public abstract long Index(Shape shape, TensorLayout layout, int n, int h, int w, int c);

    /// <summary>A tensor's memory, padding included.</summary>
    public static float[] Physical(
        Device device, nint address, Shape shape, TensorLayout layout, ElementType type = ElementType.Float32)
    {
        var bytes = new byte[checked((int)device.PhysicalBytes(shape, layout, type))];
        device.DownloadBytes(address, bytes);
        if (type == ElementType.BFloat16)
        {
            return Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes).ToArray(), BFloat16.ToSingle);
        }

        var values = new float[bytes.Length / sizeof(float)];
        Buffer.BlockCopy(bytes, 0, values, 0, bytes.Length);
        return values;
    }

    /// <summary>Fills memory with NaN.</summary>
    public static void Poison(Device device, nint address, long bytes)
    {
        var nan = new byte[checked((int)bytes)];
        Array.Fill(nan, byte.MaxValue);
        device.UploadBytes(nan, address);
    }

    /// <summary>Fails unless every padding element of a tensor is zero.</summary>
    public void CheckPadding(
        Device device, nint address, Shape shape, TensorLayout layout, string what, ElementType type = ElementType.Float32)
    {
        var padding = Physical(device, address, shape, layout, type);
        for (var n = 0; n < shape.N; n++)
        {
            for (var h = 0; h < shape.H; h++)
            {
                for (var w = 0; w < shape.W; w++)
                {
                    for (var c = 0; c < shape.C; c++)
                    {
                        padding[Index(shape, layout, n, h, w, c)] = 0;
                    }
                }
            }
        }

        TensorAssert.AllZero(padding, what);
    }
}
