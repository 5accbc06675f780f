using System.Diagnostics;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;

namespace Recede.Engine.Training;

/// <summary>Measures how long a network takes for a batch of images when it serves inference.</summary>
public static class LatencyMeter
{
    private const int WarmUps = 3;
    private const int LeastRuns = 5;
    private const int MostRuns = 200;

    /// <summary>
    /// Median milliseconds of a forward pass over <paramref name="batch"/> images of zeros, of the network frozen
    /// (<see cref="Network.Freeze"/>), as one would serve it. Freezing itself is not counted. A network that holds a layer which does
    /// not tell how it is frozen is measured as it is.
    /// </summary>
    /// <param name="network">The network; it stays as it is.</param>
    /// <param name="batch">Images a pass.</param>
    /// <param name="seconds">How long to measure, about; at least five passes are run.</param>
    /// <param name="cancellation">Ends it between two passes.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="DeviceOutOfMemoryException">There is no memory for a pass over so many images.</exception>
    public static double Measure(Network network, int batch, double seconds = 0.5, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        return Measure(network, batch, WarmUps, LeastRuns, seconds, cancellation);
    }

    /// <summary>Runs one pass, so that one there is no memory for is found before hours go into a training.</summary>
    /// <exception cref="DeviceOutOfMemoryException">There is no memory for a pass over so many images.</exception>
    internal static void Try(Network network, int batch) => Measure(network, batch, warmUps: 0, leastRuns: 1, seconds: 0, CancellationToken.None);

    private static double Measure(Network network, int batch, int warmUps, int leastRuns, double seconds, CancellationToken cancellation)
    {
        try
        {
            using var frozen = Frozen(network);
            var forward = frozen is null ? (Func<Tape, Tensor, Tensor>)network.Forward : frozen.Forward;
            return Measure(forward, network.Device, network.ImageShape.WithN(batch), warmUps, leastRuns, seconds, cancellation);
        }
        catch (Exception e) when (e is OutOfMemoryException or OverflowException)
        {
            throw new DeviceOutOfMemoryException($"There is no memory for a latency batch of {batch} images: a smaller one needs less.", e);
        }
    }

    private static FrozenNetwork? Frozen(Network network)
    {
        try
        {
            return network.Freeze();
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private static double Measure(
        Func<Tape, Tensor, Tensor> forward, Device device, Shape shape, int warmUps, int leastRuns, double seconds, CancellationToken cancellation)
    {
        var images = new float[shape.Count];
        using var tape = new Tape(device);
        var times = new List<double>();
        var started = Stopwatch.GetTimestamp();
        for (var run = -warmUps; run < MostRuns; run++)
        {
            if (run >= leastRuns && Stopwatch.GetElapsedTime(started).TotalSeconds > seconds)
            {
                break;
            }

            cancellation.ThrowIfCancellationRequested();
            using (tape.BeginStep(training: false))
            {
                var x = tape.Input(images, shape);
                device.Synchronize();
                var from = Stopwatch.GetTimestamp();
                forward(tape, x);
                device.Synchronize();
                if (run >= 0)
                {
                    times.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
                }
            }
        }

        times.Sort();
        return times[times.Count / 2];
    }
}
