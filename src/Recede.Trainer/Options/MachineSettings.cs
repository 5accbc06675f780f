using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Devices.Cuda;
using Recede.Trainer.Display;

namespace Recede.Trainer.Options;

/// <summary>What a command line asks to compute on.</summary>
/// <param name="Device">"cpu", "cuda", or "auto".</param>
/// <param name="Precision">What a GPU multiplies with: <see cref="Float32"/>, <see cref="Tf32"/> or <see cref="BFloat16"/>.</param>
/// <param name="Winograd">Whether the CPU may take Winograd's tiles.</param>
/// <param name="Threads">Threads; null for RECEDE_THREADS or all processors.</param>
/// <param name="LatencyBatch">Images a pass when the latency is measured.</param>
internal sealed record MachineSettings(string Device, string Precision, bool Winograd, int? Threads, int LatencyBatch)
{
    public const string Float32 = "float32";
    public const string Tf32 = "tf32";
    public const string BFloat16 = "bfloat16";
    public const string On = "on";
    public const string Off = "off";

    /// <summary>What --resume compares, by option.</summary>
    public IEnumerable<(string Option, string Value)> Values =>
        [("--precision", Precision), ("--winograd", Winograd ? On : Off), ("--latency-batch", Figures.Format($"{LatencyBatch}"))];

    /// <summary>How the CPU is to compute.</summary>
    public CpuOptions CreateCpuOptions() => new() { AllowWinograd = Winograd };

    /// <summary>How a GPU is to compute.</summary>
    public CudaOptions CreateCudaOptions() => new()
    {
        AllowTf32 = Precision == Tf32,
        ActivationType = Precision == BFloat16 ? ElementType.BFloat16 : ElementType.Float32,
    };

    /// <summary>Opens the device. Nothing falls back in silence: who asks for what only a GPU has is told why there is none.</summary>
    /// <exception cref="DeviceUnavailableException">There is none such here.</exception>
    public DeviceChoice Open()
    {
        var choice = DeviceChoice.Open(Device, Threads, CreateCpuOptions(), CreateCudaOptions());
        if (choice.Device.Precision != Precision)
        {
            choice.Device.Dispose();
            throw new DeviceUnavailableException(
                $"--precision {Precision}: the CPU computes in {choice.Device.Precision}; --device {choice.Reason}");
        }

        return choice;
    }
}
