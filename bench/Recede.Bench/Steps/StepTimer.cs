using System.Diagnostics;

namespace Recede.Bench.Steps;

/// <summary>Times something again and again for some seconds, as bench/peer/train_step.py does.</summary>
internal static class StepTimer
{
    private const int LeastWarmUps = 3;
    private const int LeastRuns = 5;

    // The just-in-time compiler replaces its first code of a method after 30 calls, in the background.
    private const double WarmUpSeconds = 0.5;

    /// <summary>Milliseconds of each run, after a warm-up, sorted.</summary>
    public static double[] Measure(Action step, double seconds)
    {
        WarmUp(step);
        var times = new List<double>();
        var began = Stopwatch.GetTimestamp();
        while (times.Count < LeastRuns || Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
        {
            var from = Stopwatch.GetTimestamp();
            step();
            times.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        }

        times.Sort();
        return [.. times];
    }

    /// <summary>Runs until everything is compiled and the arena has grown.</summary>
    public static void WarmUp(Action step)
    {
        var began = Stopwatch.GetTimestamp();
        for (var run = 0; run < LeastWarmUps || Stopwatch.GetElapsedTime(began).TotalSeconds < WarmUpSeconds; run++)
        {
            step();
        }
    }

    /// <summary>The median of sorted times.</summary>
    public static double Median(IReadOnlyList<double> sorted) =>
        (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
}
