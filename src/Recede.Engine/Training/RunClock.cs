using System.Diagnostics;

namespace Recede.Engine.Training;

/// <summary>The time that a run has taken, in all the processes that it went on in.</summary>
/// <param name="earlier">Seconds in those before this one.</param>
internal sealed class RunClock(double earlier = 0)
{
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>Seconds so far.</summary>
    public double Seconds => earlier + Stopwatch.GetElapsedTime(_started).TotalSeconds;
}
