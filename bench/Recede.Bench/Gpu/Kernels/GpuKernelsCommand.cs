using System.CommandLine;
using System.Diagnostics;
using Recede.Bench.Steps;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Bench.Gpu.Kernels;

/// <summary>gpu-kernels: what the hand-written kernels move a second, beside a copy within the GPU's memory.</summary>
internal static class GpuKernelsCommand
{
    private const string Table = "Kernels";
    private const double DefaultBudget = 480;
    private static readonly double[] Sizes = [4, 16, 64, 256];
    private static readonly int[] Channels = [16, 64, 512];

    public static Command Create()
    {
        var json = GpuPart.Json();
        var budget = GpuPart.Budget(DefaultBudget);
        var precision = GpuPart.Precision();
        var sizes = Commands.List("--mib", "Sizes of an activation in MiB.", Sizes);
        var channels = Commands.List("--channels", "Channels of the norms.", Channels);
        var rounds = new Option<int>("--rounds") { Description = "Rounds of which the median is taken.", DefaultValueFactory = _ => 21 };
        var busy = new Option<int>("--busy-mib") { Description = "What is cleared to keep the GPU busy while the host queues.", DefaultValueFactory = _ => 1024 };
        var rotation = new Option<int>("--rotation-mib")
        {
            Description = "What the instances of an op move together at least: several times what the GPU caches.",
            DefaultValueFactory = _ => 1024,
        };
        var command = new Command("gpu-kernels", "Bandwidth of the hand-written kernels beside a copy, by the GPU's events.")
        {
            json, budget, precision, sizes, channels, rounds, busy, rotation,
        };
        command.SetAction(parsed =>
        {
            var clock = Stopwatch.StartNew();
            var result = new ResultFile("kernels", parsed.GetValue(json));
            var run = new Run(result, clock)
            {
                Budget = parsed.GetValue(budget),
                Rounds = parsed.GetValue(rounds),
                BusyBytes = (long)parsed.GetValue(busy) << 20,
                RotationBytes = (long)parsed.GetValue(rotation) << 20,
                Channels = parsed.GetValue(channels)!,
            };

            // TF32 changes no kernel of ours.
            foreach (var asked in GpuPart.Parse(parsed.GetValue(precision)!).Where(p => p != Precision.Tf32))
            {
                using var device = GpuPart.Open(result, asked.Options());
                if (device is null)
                {
                    return GpuPart.End(result, clock);
                }

                GpuPart.Guard(result, asked.Name(), () => run.Measure(device, asked, [.. parsed.GetValue(sizes)!.Order()]));
            }

            return GpuPart.End(result, clock);
        });
        return command;
    }

    private sealed class Run(ResultFile result, Stopwatch clock)
    {
        private const int MostWarmUps = 3;
        private double _copyRate;
        private int _leftOut;

        public required double Budget { get; init; }

        public required int Rounds { get; init; }

        public required long BusyBytes { get; init; }

        public required long RotationBytes { get; init; }

        public required int[] Channels { get; init; }

        private int WarmUps => Math.Min(Rounds, MostWarmUps);

        public void Measure(CudaDevice device, Precision precision, double[] sizes)
        {
            using var timer = new EventTimer(device, BusyBytes);
            foreach (var mib in sizes)
            {
                var catalog = new KernelCatalog(device, ElementType.Float32, Bytes(mib), RotationBytes);
                GpuPart.Guard(result, $"copy, {mib} MiB", () => Copy(timer, catalog, mib));
            }

            // Floors are by the copy of the largest size, which was the last. 64 MiB first, in case that time runs out.
            foreach (var mib in sizes.OrderByDescending(size => size == 64).ThenByDescending(size => size))
            {
                var catalog = new KernelCatalog(device, precision.Activations(), Bytes(mib), RotationBytes);
                var cases = catalog.Activations(Channels);
                foreach (var (name, make) in precision == Precision.Float32 ? cases.Concat(catalog.Parameters()) : cases)
                {
                    if (clock.Elapsed.TotalSeconds > Budget)
                    {
                        _leftOut++;
                        continue;
                    }

                    GpuPart.Guard(result, $"{name}, {precision.Name()}, {mib} MiB", () => One(device, timer, precision, mib, name, make));
                }
            }

            if (_leftOut > 0)
            {
                result.Note($"{_leftOut} measurements were not made: out of time");
                _leftOut = 0;
            }
        }

        private static long Bytes(double mib) => (long)(mib * (1 << 20));

        private void Copy(EventTimer timer, KernelCatalog catalog, double mib)
        {
            using var copy = catalog.Copy();
            var ms = timer.Median(copy, Rounds, WarmUps);
            _copyRate = Rate(copy.Bytes, ms);
            result.Add("Copies within the GPU's memory", ("MiB", mib), ("ms", ms), ("GB/s", _copyRate));
        }

        private void One(CudaDevice device, EventTimer timer, Precision precision, double mib, string name, Func<KernelCase> make)
        {
            try
            {
                using var kernel = make();
                var times = timer.Measure(kernel, Rounds, WarmUps);
                var ms = StepTimer.Median(times);
                var floor = kernel.Bytes / _copyRate / 1e6;
                result.Add(
                    Table,
                    ("op", name),
                    ("type", precision.Name()),
                    ("MiB", mib),
                    ("MB moved", kernel.Bytes / 1e6),
                    ("floor ms", floor),
                    ("measured ms", ms),
                    ("least ms", times[0]),
                    ("gap ms", ms - floor),
                    ("GB/s", Rate(kernel.Bytes, ms)),
                    ("% of the copy", 100 * Rate(kernel.Bytes, ms) / _copyRate));
            }
            catch (Exception e) when (e is ShapeMismatchException or NotSupportedException or DeviceOutOfMemoryException)
            {
                // The engine's answer is a finding too, but nothing that is broken.
                result.Add(Table, ("op", name), ("type", precision.Name()), ("MiB", mib), ("refused", GpuPart.OneLine(e)));
            }
            finally
            {
                device.Trim();
            }
        }

        private static double Rate(long bytes, double milliseconds) => bytes / milliseconds / 1e6;
    }
}
