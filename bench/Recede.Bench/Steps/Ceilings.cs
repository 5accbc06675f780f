using System.Diagnostics;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Bench.Steps;

/// <summary>What the machine can do at most, measured here and now with the engine's own threads.</summary>
/// <param name="MultiplyAdds">Multiply-adds of float32 a second, out of registers.</param>
/// <param name="Bytes">Bytes a second, read and written, of arrays that no private cache holds.</param>
internal readonly record struct Ceilings(double MultiplyAdds, double Bytes)
{
    // Many runs of a millisecond or two: what else the machine does leaves some of them alone.
    private const double Seconds = 0.5;

    // 3 arrays of 16 MiB: as large as the activations that a step reads and writes.
    private const int ArrayFloats = 4 << 20;
    private const long ChainRounds = 200_000;

    /// <summary>Measures for about a second: the best of many short runs.</summary>
    public static Ceilings Measure(CpuDevice device) => Simd.Level switch
    {
        SimdLevel.Vector512 => Measure<V512>(device),
        SimdLevel.Vector256 => Measure<V256>(device),
        _ => Measure<V1>(device),
    };

    private static unsafe Ceilings Measure<TV>(CpuDevice device)
        where TV : unmanaged, ISimd<TV>
    {
        var threads = device.Pool.Threads;
        var sums = stackalloc float[threads];
        var chains = new ChainsJob<TV>(sums);
        var multiplyAdds = (double)threads * ChainRounds * ChainsJob<TV>.Chains * TV.Count / Best(device, ref chains, threads);

        using var buffer = device.Allocate(3L * ArrayFloats * sizeof(float), "ceilings");
        var triad = new TriadJob<TV>((float*)buffer.Address, ArrayFloats, threads);
        var bytes = 3.0 * ArrayFloats * sizeof(float) / Best(device, ref triad, threads);
        return new Ceilings(multiplyAdds, bytes);
    }

    /// <summary>Seconds of the quickest run.</summary>
    private static double Best<TJob>(CpuDevice device, ref TJob job, int items)
        where TJob : unmanaged, IParallelJob
    {
        // The first one compiles the loop and touches the memory.
        device.Pool.Run(ref job, items);
        var best = double.MaxValue;
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < Seconds)
        {
            var from = Stopwatch.GetTimestamp();
            device.Pool.Run(ref job, items);
            best = Math.Min(best, Stopwatch.GetElapsedTime(from).TotalSeconds);
        }

        return best;
    }

    /// <summary>Chains of multiply-adds, enough of them to hide an instruction's latency, in few enough registers for AVX2.</summary>
    private readonly unsafe struct ChainsJob<TV>(float* sums) : IParallelJob
        where TV : unmanaged, ISimd<TV>
    {
        public const int Chains = 10;

        public void Run(int item, int worker)
        {
            TV x = TV.Broadcast(0.999f), y = TV.Broadcast(1e-6f);
            TV a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y;
            for (long round = 0; round < ChainRounds; round++)
            {
                a = TV.Fma(a, x, y);
                b = TV.Fma(b, x, y);
                c = TV.Fma(c, x, y);
                d = TV.Fma(d, x, y);
                e = TV.Fma(e, x, y);
                f = TV.Fma(f, x, y);
                g = TV.Fma(g, x, y);
                h = TV.Fma(h, x, y);
                i = TV.Fma(i, x, y);
                j = TV.Fma(j, x, y);
            }

            sums[item] = TV.Sum(a + b + c + d + e + f + g + h + i + j);
        }
    }

    /// <summary>x = 3 y + z over arrays of memory.</summary>
    private readonly unsafe struct TriadJob<TV>(float* arrays, int count, int parts) : IParallelJob
        where TV : unmanaged, ISimd<TV>
    {
        public void Run(int item, int worker)
        {
            float* x = arrays, y = arrays + count, z = y + count;
            var three = TV.Broadcast(3);
            var to = (int)((long)count * (item + 1) / parts / Simd.Lanes * Simd.Lanes);
            for (var i = (int)((long)count * item / parts / Simd.Lanes * Simd.Lanes); i < to; i += TV.Count)
            {
                TV.Store(TV.Fma(TV.Load(y + i), three, TV.Load(z + i)), x + i);
            }
        }
    }
}
