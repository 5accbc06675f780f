using System.CommandLine;
using Recede.Trainer.Display;

namespace Recede.Trainer.Options;

/// <summary>What a command computes on, and how its speed is measured.</summary>
internal sealed class MachineOptions
{
    private const int DefaultLatencyBatch = 64;
    private const int MostThreads = 1024;

    private static readonly string[] Devices = [DeviceChoice.Cpu, DeviceChoice.Auto, DeviceChoice.Cuda];
    private static readonly string[] Precisions = [MachineSettings.Float32, MachineSettings.Tf32, MachineSettings.BFloat16];

    private readonly Option<string> _device = OptionParsing.Choice(
        "--device", "NAME", Devices, "cpu; cuda, for an NVIDIA GPU (new: tested on a stand-in, not yet on a GPU); or auto: cuda where it can run, else cpu; the run says why. Default: auto.");

    private readonly Option<string> _precision = OptionParsing.Choice(
        "--precision", "NAME", Precisions,
        "On a GPU: float32; tf32, which rounds what convolutions and linear layers multiply to 10 bits of fraction; or "
        + "bfloat16, which keeps activations in 16 bits, parameters and statistics in float32. The CPU has float32. Default: float32.");

    private readonly Option<int?> _threads = OptionParsing.Whole(
        "--threads", "N", 1, MostThreads,
        "Threads; results are the same for any number. Default: RECEDE_THREADS, or all processors.");

    private readonly Option<string> _winograd = OptionParsing.Choice(
        "--winograd", "CHOICE", [MachineSettings.On, MachineSettings.Off],
        "On the CPU: on lets 3x3 convolutions take Winograd's tiles, about twice as fast; off sums every product, and rounds a little less. Default: on.");

    private readonly Option<int?> _latencyBatch = OptionParsing.Whole(
        "--latency-batch", "N", 1, int.MaxValue, Figures.Format($"Images a pass when latency is measured. Default: {DefaultLatencyBatch}."));

    /// <summary>Makes the options.</summary>
    public MachineOptions()
    {
        All = [_device, _precision, _winograd, _threads, _latencyBatch];
        Free = [_device, _threads];
    }

    /// <summary>The options, as the help lists them.</summary>
    public IReadOnlyList<Option> All { get; }

    /// <summary>Those that a resumed run may have otherwise.</summary>
    public IReadOnlyList<Option> Free { get; }

    /// <summary>The settings that a command line without errors asks for.</summary>
    /// <exception cref="UsageException">Options do not fit each other.</exception>
    public MachineSettings Resolve(ParseResult line)
    {
        var settings = new MachineSettings(
            line.GetValue(_device) ?? DeviceChoice.Auto,
            line.GetValue(_precision) ?? MachineSettings.Float32,
            line.GetValue(_winograd) != MachineSettings.Off,
            line.GetValue(_threads),
            line.GetValue(_latencyBatch) ?? DefaultLatencyBatch);
        return settings.Precision == MachineSettings.Float32 || settings.Device != DeviceChoice.Cpu
            ? settings
            : throw new UsageException(
                $"--precision {settings.Precision}: the CPU computes in {MachineSettings.Float32}; expected --device cuda with it");
    }
}
