using Recede.Bench.Steps;
using Recede.Cuda.Driver;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Bench.Gpu.Kernels;

/// <summary>
/// Times what is queued on a device by the GPU's own events. Before each round the GPU is kept busy for a while, so that the
/// host is ahead of it, and one instance runs untimed, so that the first one timed begins as all others do: with the cache
/// full of its predecessor's lines.
/// </summary>
internal sealed class EventTimer : IDisposable
{
    private readonly CudaDevice _device;
    private readonly DeviceBuffer _busy;
    private readonly long _busyBytes;
    private readonly DriverEvent _start;
    private readonly DriverEvent _end;

    /// <summary>Makes a timer.</summary>
    /// <param name="device">The GPU.</param>
    /// <param name="busyBytes">Bytes that are cleared to keep it busy.</param>
    public EventTimer(CudaDevice device, long busyBytes)
    {
        _device = device;
        _busyBytes = busyBytes;
        _busy = device.Allocate(busyBytes, "timer");
        using var turn = device.Enter();
        _start = DriverEvent.Create(EventFlags.CU_EVENT_DEFAULT);
        _end = DriverEvent.Create(EventFlags.CU_EVENT_DEFAULT);
    }

    /// <summary>Milliseconds of one instance in each round, sorted.</summary>
    public double[] Measure(KernelCase kernel, int rounds, int warmUps)
    {
        var times = new double[rounds];
        for (var round = -warmUps; round < rounds; round++)
        {
            kernel.Begin();
            _device.Clear(_busy.Address, _busyBytes);
            kernel.Run(0);
            Record(_start);
            for (var instance = 1; instance < kernel.Instances; instance++)
            {
                kernel.Run(instance);
            }

            Record(_end);
            kernel.End();
            _device.Synchronize();
            if (round >= 0)
            {
                times[round] = Elapsed() / (kernel.Instances - 1);
            }
        }

        Array.Sort(times);
        return times;
    }

    /// <summary>The median of <see cref="Measure"/>.</summary>
    public double Median(KernelCase kernel, int rounds, int warmUps) => StepTimer.Median(Measure(kernel, rounds, warmUps));

    /// <inheritdoc/>
    public void Dispose()
    {
        using (_device.Enter())
        {
            _start.Dispose();
            _end.Dispose();
        }

        _busy.Dispose();
    }

    private void Record(DriverEvent mark)
    {
        using var turn = _device.Enter();
        Native.cuEventRecord(mark.Value, _device.Stream).Check();
    }

    private float Elapsed()
    {
        using var turn = _device.Enter();
        Native.cuEventElapsedTime(out var milliseconds, _start.Value, _end.Value).Check();
        return milliseconds;
    }
}
