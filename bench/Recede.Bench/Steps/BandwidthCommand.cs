using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Bench.Steps;

/// <summary>
/// bandwidth: copies from each piece of a stretch of memory to the next, as a step's ops read what the one before wrote, with stores
/// into the caches and with stores past them. It shows from what size on the second are quicker.
/// </summary>
internal static class BandwidthCommand
{
    private const long Piece = 4 << 20;

    public static Command Create()
    {
        var sizes = Commands.List<int>("--mib", "The stretches of memory, in MiB.", [16, 32, 64, 128, 256, 512]);
        var rounds = new Option<int>("--rounds") { Description = "Rounds, each with both kinds of store.", DefaultValueFactory = _ => 7 };
        var threads = Commands.Threads();
        var command = new Command("bandwidth", "Copies through memory with stores into the caches and past them, by how much memory is in use.")
        {
            sizes, rounds, threads,
        };
        command.SetAction(parsed =>
        {
            using var device = Device.Cpu(parsed.GetValue(threads));
            Console.WriteLine($"{device.Description}; pieces of {Piece >> 20} MiB, GB/s read and written");
            Console.WriteLine();
            MarkdownTable.Print(
                Console.Out,
                ["MiB in use", "stores", "streaming stores"],
                [.. parsed.GetValue(sizes)!.Select(size => Row(device, size, parsed.GetValue(rounds)))]);
        });
        return command;
    }

    private static unsafe string[] Row(CpuDevice device, int size, int rounds)
    {
        var pieces = size * 1024L * 1024 / Piece;
        if (pieces < 2)
        {
            throw new ArgumentException($"--mib {size}: at least {2 * Piece >> 20} MiB, two pieces.");
        }

        using var memory = device.Allocate(pieces * Piece, "bandwidth");
        var ordinary = new List<double>();
        var streaming = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            ordinary.Add(Copy(device, memory, pieces, streams: false));
            streaming.Add(Copy(device, memory, pieces, streams: true));
        }

        return [size.ToString(CultureInfo.InvariantCulture), Median(ordinary), Median(streaming)];
    }

    private static string Median(List<double> rates) => StepTimer.Median([.. rates.Order()]).ToString("F1", CultureInfo.InvariantCulture);

    private static double Copy(CpuDevice device, DeviceBuffer memory, long pieces, bool streams) => Simd.Level switch
    {
        SimdLevel.Vector512 => Copy<V512>(device, memory, pieces, streams),
        SimdLevel.Vector256 => Copy<V256>(device, memory, pieces, streams),
        _ => Copy<V1>(device, memory, pieces, streams),
    };

    // GB a second, from one piece to the next till the end, twice: what the first pass finds in the caches is another kind's.
    private static unsafe double Copy<TV>(CpuDevice device, DeviceBuffer memory, long pieces, bool streams)
        where TV : unmanaged, ISimd<TV>
    {
        var seconds = 0.0;
        for (var pass = 0; pass < 2; pass++)
        {
            var from = Stopwatch.GetTimestamp();
            for (var piece = 0L; piece + 1 < pieces; piece++)
            {
                var job = new CopyJob<TV>((float*)(memory.Address + (nint)(piece * Piece)), streams, device.Pool.Threads);
                device.Pool.Run(ref job, device.Pool.Threads);
            }

            seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        }

        return 2.0 * (pieces - 1) * Piece / seconds / 1e9;
    }

    private readonly unsafe struct CopyJob<TV>(float* piece, bool streams, int parts) : IParallelJob
        where TV : unmanaged, ISimd<TV>
    {
        private const int Floats = (int)(Piece / sizeof(float));

        public void Run(int item, int worker)
        {
            var first = (int)((long)Floats * item / parts / Simd.Lanes * Simd.Lanes);
            var last = (int)((long)Floats * (item + 1) / parts / Simd.Lanes * Simd.Lanes);
            for (var i = first; i < last; i += TV.Count)
            {
                if (streams)
                {
                    TV.Stream(TV.Load(piece + i), piece + Floats + i);
                }
                else
                {
                    TV.Store(TV.Load(piece + i), piece + Floats + i);
                }
            }
        }
    }
}
