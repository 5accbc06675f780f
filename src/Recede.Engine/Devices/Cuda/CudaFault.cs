namespace Recede.Engine.Devices.Cuda;

/// <summary>
/// Bad values that only a kernel can see. The kernel lowers <see cref="CudaDevice.FaultWord"/> to
/// (kind &lt;&lt; 56 | row &lt;&lt; 32 | value as 32 bits) with atomicMin, so the first row wins whatever the order of threads; the
/// host looks at the word whenever it waits for the device, and throws.
/// </summary>
public enum CudaFault
{
    /// <summary>A label that is no class.</summary>
    LabelOutOfRange = 1,
}
