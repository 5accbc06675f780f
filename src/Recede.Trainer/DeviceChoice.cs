using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Devices.Cuda;
using Recede.Trainer.Display;

namespace Recede.Trainer;

/// <summary>The device of a run: the one that was asked for or, where the program was to choose, the one it chose and why.</summary>
/// <param name="Device">The device, open; the caller's.</param>
/// <param name="Reason">Which one was chosen and why, for the header; null where there was nothing to choose.</param>
internal sealed record DeviceChoice(Device Device, string? Reason)
{
    public const string Auto = "auto";
    public const string Cpu = "cpu";
    public const string Cuda = "cuda";

    /// <summary>Opens the device. Where the CPU is asked for, nothing of CUDA is looked for.</summary>
    /// <param name="name">What <c>--device</c> says.</param>
    /// <param name="threads">Threads of the CPU; null for its default.</param>
    /// <param name="cpu">How the CPU is to compute; null for its default.</param>
    /// <param name="options">How a GPU is to compute; null for its default.</param>
    /// <exception cref="DeviceUnavailableException">CUDA was asked for and cannot run here.</exception>
    /// <exception cref="UsageException">The environment names no number of threads.</exception>
    public static DeviceChoice Open(string name, int? threads, CpuOptions? cpu = null, CudaOptions? options = null) => name switch
    {
        Cuda => new DeviceChoice(OpenCuda(options), null),
        Auto => Choose(threads, cpu, options),
        _ => new DeviceChoice(OpenCpu(threads, cpu), null),
    };

    /// <summary>The GPU to take and why; or none, and why not.</summary>
    internal static (int? Gpu, string Reason) Decide(CudaInventory cuda)
    {
        if (!cuda.IsUsable)
        {
            return (null, OnCpu(cuda.Problems[0]));
        }

        var gpu = cuda.Gpus.First(gpu => gpu.IsNewEnough).Index;
        return (gpu, Figures.Format($"auto: CUDA GPU {gpu}, since it and CUDA's libraries are there"));
    }

    private static DeviceChoice Choose(int? threads, CpuOptions? cpu, CudaOptions? options)
    {
        var (gpu, reason) = Decide(CudaInventory.Take());
        if (gpu is { } ordinal)
        {
            try
            {
                return new DeviceChoice(Device.Cuda(ordinal, options), reason);
            }
            catch (DeviceUnavailableException e)
            {
                // The cause alone: that CUDA cannot run here is what OnCpu says.
                reason = OnCpu((e.InnerException ?? e).Message);
            }
        }

        return new DeviceChoice(OpenCpu(threads, cpu), reason);
    }

    private static CudaDevice OpenCuda(CudaOptions? options)
    {
        var cuda = CudaInventory.Take();
        return cuda.IsUsable
            ? Device.Cuda(cuda.Gpus.First(gpu => gpu.IsNewEnough).Index, options)
            : throw new DeviceUnavailableException(
                $"--device {Cuda}: {cuda.Problems[0]}; `recede devices` tells all, and --device {Cpu} needs none of it");
    }

    private static CpuDevice OpenCpu(int? threads, CpuOptions? options)
    {
        try
        {
            return Device.Cpu(threads, options);
        }
        catch (ArgumentException e)
        {
            // --threads was checked before: this is the environment variable.
            throw new UsageException(e.Message);
        }
    }

    private static string OnCpu(string problem) => $"auto: CPU, since {WithoutAdvice(problem)}";

    // "what is wrong: what to do"; what to do is for `recede devices` to tell. A bracket may hold a colon of its own.
    private static string WithoutAdvice(string problem)
    {
        var depth = 0;
        for (var i = 0; i < problem.Length - 1; i++)
        {
            depth += problem[i] is '(' or '[' ? 1 : problem[i] is ')' or ']' ? -1 : 0;
            if (depth == 0 && problem[i] == ':' && problem[i + 1] == ' ')
            {
                return problem[..i];
            }
        }

        return problem;
    }
}
