using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Recede.Bench.Gpu.Check;
using Recede.Bench.Gpu.Kernels;
using Recede.Bench.Gpu.Report;
using Recede.Bench.Gpu.Steps;
using Recede.Bench.ShortRuns;
using Recede.Bench.Steps;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Nn;

namespace Recede.Bench;

/// <summary>What the commands share: options, exit codes (2 for usage, 1 for what went wrong otherwise).</summary>
internal static class Commands
{
    private const string Off = "off";

    /// <summary>All of them; what is none is BenchmarkDotNet's.</summary>
    public static RootCommand Root() => new("Recede's benchmarks. Without a command the arguments are BenchmarkDotNet's: --filter, --list flat, ...")
    {
        PeerStepCommand.Create(),
        ProfileStepCommand.Create(),
        FloorsCommand.Create(),
        ThreadsCommand.Create(),
        BandwidthCommand.Create(),
        EpochOverheadCommand.Create(),
        ShortRunsCommand.Create(),
        GpuCheckCommand.Create(),
        GpuKernelsCommand.Create(),
        GpuStepsCommand.Create(),
        GpuTableCommand.Create(),
    };

    public static Option<int?> Threads() => new("--threads")
    {
        Description = "Threads that work; RECEDE_THREADS, or else the processors, when left out.",
    };

    /// <summary>"on" or "off", as the trainer has it; <see cref="CpuDevice"/> opens the device that it asks for.</summary>
    public static Option<string> Winograd()
    {
        var option = new Option<string>("--winograd")
        {
            Description = "off sums every product of a convolution; on takes Winograd's tiles where they have fewer operations.",
            DefaultValueFactory = _ => "on",
        };
        return option.AcceptOnlyFromAmong("on", Off);
    }

    /// <summary>The CPU with so many threads, with or without Winograd's tiles.</summary>
    public static CpuDevice CpuDevice(int? threads, string? winograd) =>
        Device.Cpu(threads, new CpuOptions { AllowWinograd = winograd != Off });

    public static Option<Norm> Norm() => new("--norm")
    {
        Description = "plain (as the peer has) or bounded.",
        DefaultValueFactory = _ => Engine.Nn.Norm.Plain,
    };

    /// <summary>An option of several values, given as "1,2,3" or as "1 2 3".</summary>
    public static Option<T[]> List<T>(string name, string description, T[] byDefault)
        where T : ISpanParsable<T> => new(name)
        {
            Description = description,
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => byDefault,
            CustomParser = result => Parse<T>(result, name),
        };

    /// <summary>Parses and runs; errors go to standard error.</summary>
    public static int Run(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                Console.Error.WriteLine(error.Message);
            }

            return 2;
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (e is ArgumentException or IOException or InvalidDataException or UnauthorizedAccessException or ShapeMismatchException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static T[] Parse<T>(ArgumentResult result, string name)
        where T : ISpanParsable<T>
    {
        var values = new List<T>();
        foreach (var token in result.Tokens)
        {
            foreach (var part in token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (T.TryParse(part, CultureInfo.InvariantCulture, out var value))
                {
                    values.Add(value);
                }
                else
                {
                    result.AddError($"{name}: '{part}' is no {typeof(T).Name}.");
                }
            }
        }

        return [.. values];
    }
}
