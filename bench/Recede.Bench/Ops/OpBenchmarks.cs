using BenchmarkDotNet.Attributes;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Bench.Ops;

/// <summary>What the ops' benchmarks share: a device with RECEDE_THREADS threads, a tape, and who frees what.</summary>
public abstract class OpBenchmarks : IDisposable
{
    /// <summary>Images of a batch.</summary>
    protected const int Batch = 64;

    private readonly List<IDisposable> _owned = [];

    /// <summary>The device.</summary>
    protected CpuDevice Device { get; private set; } = null!;

    /// <summary>How the device computes.</summary>
    protected virtual CpuOptions Options => new();

    /// <summary>The tape of the forward benchmarks.</summary>
    protected Tape Tape { get; private set; } = null!;

    [GlobalSetup]
    public void SetUp()
    {
        Device = Own(Engine.Devices.Device.Cpu(options: Options));
        Tape = Own(new Tape(Device));
        Prepare();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes what the benchmarks of one set of parameters need.</summary>
    protected abstract void Prepare();

    /// <summary>Frees it with the benchmark.</summary>
    protected T Own<T>(T disposable)
        where T : IDisposable
    {
        _owned.Add(disposable);
        return disposable;
    }

    /// <summary>A parameter of small normal numbers.</summary>
    protected Parameter OwnParameter(string path, ParameterRole role, Shape shape)
    {
        var parameter = Own(new Parameter(Device, path, role, shape));
        var values = PreparedOperand.NormalValues(shape, Philox.StreamOf(path));
        for (var i = 0; i < values.Length; i++)
        {
            values[i] *= 0.1f;
        }

        parameter.Set(values);
        return parameter;
    }

    /// <summary>Frees what was made.</summary>
    protected virtual void Dispose(bool disposing)
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        _owned.Clear();
    }
}
