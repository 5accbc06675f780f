using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Device;

/// <summary>The engine's CUDA device on the stand-in, which the test holds. It keeps no compiled kernels and has no settings of its own: for
/// tests of the device itself; all others open theirs by <see cref="StandIn.OpenDevice"/>.</summary>
internal static class StandInDevice
{
    // No folder can be made in a file: such a device caches no kernels.
    private const string NoFolder = "/dev/null/none";

    /// <summary>Opens the device.</summary>
    public static CudaDevice Open(CudaOptions? options = null, int ordinal = 0)
    {
        options ??= new CudaOptions();
        return Engine.Devices.Device.Cuda(ordinal, options with { CacheFolder = options.CacheFolder ?? NoFolder });
    }

    /// <summary>Memory for a tensor of floats, with values in it.</summary>
    public static DeviceBuffer Tensor(this CudaDevice device, Shape shape, TensorLayout layout, ReadOnlySpan<float> values)
    {
        var buffer = device.Allocate(device.PhysicalBytes(shape, layout, ElementType.Float32));
        device.Upload(values, shape, layout, buffer.Address);
        return buffer;
    }

    /// <summary>A tensor's values.</summary>
    public static float[] Values(this CudaDevice device, DeviceBuffer buffer, Shape shape, TensorLayout layout)
    {
        var values = new float[shape.Count];
        device.Download(buffer.Address, shape, layout, values);
        return values;
    }

    /// <summary>A tensor's floats as they lie in memory, padding included.</summary>
    public static float[] Physical(this CudaDevice device, DeviceBuffer buffer, Shape shape, TensorLayout layout) =>
        TestDevice.Physical(device, buffer.Address, shape, layout);

    /// <summary>Values that differ from each other.</summary>
    public static float[] Numbers(long count, int seed = 0) => [.. Enumerable.Range(0, (int)count).Select(i => i * 0.5f + seed + 1)];
}
