using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Reports;

/// <summary>What something was computed on.</summary>
/// <param name="Device">Short name of the device: "cpu".</param>
/// <param name="Threads">Threads that it works with.</param>
/// <param name="Simd">The vector instructions in use: "Vector512", "Vector256" or "Scalar"; "none" on a GPU.</param>
/// <param name="Precision">What it multiplied with: "float32", "tf32" or "bfloat16".</param>
/// <param name="Winograd">Whether 3x3 convolutions may take Winograd's tiles; null on a GPU, which has no such choice.</param>
public sealed record MachineReport(string Device, int Threads, string Simd, string Precision, bool? Winograd)
{
    /// <summary>That of a device.</summary>
    public static MachineReport Of(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return new MachineReport(
            device.Name,
            device is CpuDevice cpu ? cpu.Pool.Threads : 1,
            device is CpuDevice ? Devices.Cpu.Simd.Level.ToString() : "none",
            device.Precision,
            (device as CpuDevice)?.Options.AllowWinograd);
    }
}
