using System.CommandLine;
using System.Diagnostics;
using Recede.Cuda;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Bench.Gpu;

/// <summary>What the commands for a GPU share: options, how a device is opened, how a part ends.</summary>
internal static class GpuPart
{
    /// <summary>Exit code where something failed; the result's list says what.</summary>
    public const int Failed = 1;

    /// <summary>Exit code where there is no GPU that CUDA can run on.</summary>
    public const int NoGpu = 3;

    public static Option<string?> Json() => new("--json") { Description = "File that gets the result; written while the part runs." };

    public static Option<double> Budget(double seconds) => new("--budget")
    {
        Description = "Seconds after which nothing new is begun; what was left out is told.",
        DefaultValueFactory = _ => seconds,
    };

    public static Option<string[]> Precision() => new("--precision")
    {
        Description = "float32, tf32, bfloat16; all when left out.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [.. Enum.GetValues<Precision>().Select(Precisions.Name)],
    };

    /// <summary>The precisions of an option.</summary>
    public static IReadOnlyList<Precision> Parse(string[] names) => [.. names.Select(name =>
        Enum.TryParse<Precision>(name, ignoreCase: true, out var precision) ? precision
            : throw new ArgumentException($"--precision {name}: expected float32, tf32 or bfloat16."))];

    /// <summary>Opens the first GPU; null where there is none, and the result says why.</summary>
    public static CudaDevice? Open(ResultFile result, CudaOptions? options = null)
    {
        try
        {
            return Device.Cuda(0, options);
        }
        catch (Exception e) when (e is DeviceUnavailableException or CudaException)
        {
            result.NoGpu = OneLine(e);
            return null;
        }
    }

    /// <summary>Runs something whose failure must not end the part; what it failed with goes into the result.</summary>
    public static void Guard(ResultFile result, string what, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            result.Fail($"{what}: {OneLine(e)}");
        }
    }

    /// <summary>Ends a part: writes its file, lists every failure.</summary>
    public static int End(ResultFile result, Stopwatch clock)
    {
        result.Seconds = clock.Elapsed.TotalSeconds;
        result.Write();
        foreach (var failure in result.Failures)
        {
            Console.WriteLine($"FAILED {failure}");
        }

        Console.WriteLine(result.NoGpu is { } reason
            ? $"no CUDA GPU: {reason}"
            : FormattableString.Invariant($"{result.Part}: {result.Failures.Count} failures, {result.Seconds:F0} s"));
        return result.NoGpu is not null ? NoGpu : result.Failures.Count > 0 ? Failed : 0;
    }

    public static string OneLine(Exception e)
    {
        // A compiler's log is worth its lines; they are told one behind another.
        var text = string.Join(" | ", e.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(8));
        return e is DeviceUnavailableException or ArgumentException or CudaException or InvalidOperationException ? text : $"{e.GetType().Name}: {text}";
    }
}
