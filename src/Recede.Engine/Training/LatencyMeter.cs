using System.Diagnostics;
using Recede.Engine.Core;
using Recede.Engine.Nn;

namespace Recede.Engine.Training;

/// <summary>Measures how long a network takes for a batch of images, inference only.</summary>
public static class LatencyMeter
{
    private const int WarmUps = 3;
    private const int LeastRuns = 5;
    private const int MostRuns = 200;

    /// <summary>Median milliseconds of a forward pass over <paramref name="batch"/> images of zeros.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batch">Images a pass.</param>
    /// <param name="seconds">How long to measure, about; at least five passes are run.</param>
    public static double Measure(Network network, int batch, double seconds = 0.5)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        var shape = network.ImageShape.WithN(batch);
        var images = new float[shape.Count];
        using var tape = new Tape(network.Device);
        var times = new List<double>();
        var started = Stopwatch.GetTimestamp();
        for (var run = -WarmUps; run < MostRuns; run++)
        {
            if (run >= LeastRuns && Stopwatch.GetElapsedTime(started).TotalSeconds > seconds)
            {
                break;
            }

            using (tape.BeginStep(training: false))
            {
                var x = tape.Input(images, shape);
                network.Device.Synchronize();
                var from = Stopwatch.GetTimestamp();
                network.Forward(tape, x);
                network.Device.Synchronize();
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
