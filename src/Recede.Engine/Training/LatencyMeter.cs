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
    public static double Measure(Network network, int batch, double seconds = 0.5, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        using var frozen = Frozen(network);
        return Measure(frozen is null ? network.Forward : frozen.Forward, network.Device, network.ImageShape.WithN(batch), seconds, cancellation);
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

    private static double Measure(Func<Tape, Tensor, Tensor> forward, Device device, Shape shape, double seconds, CancellationToken cancellation)
    {
        var images = new float[shape.Count];
        using var tape = new Tape(device);
        var times = new List<double>();
        var started = Stopwatch.GetTimestamp();
        for (var run = -WarmUps; run < MostRuns; run++)
        {
            if (run >= LeastRuns && Stopwatch.GetElapsedTime(started).TotalSeconds > seconds)
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
