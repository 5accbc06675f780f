using System.Diagnostics;
using Recede.Engine.Training;

namespace Recede.Trainer.Display;

/// <summary>How fast training or fine-tuning goes, and how long it will still take.</summary>
internal sealed class PhaseClock
{
    private long _phaseStart = Stopwatch.GetTimestamp();
    private long _epochStart = Stopwatch.GetTimestamp();
    private long _epochImages;

    /// <summary>Training images a second in the running epoch, or in the last one once it is over.</summary>
    public double ImagesPerSecond { get; private set; }

    /// <summary>Seconds to the end of the phase, as it has gone so far, evaluation included.</summary>
    public double SecondsLeft { get; private set; }

    /// <summary>The share of the phase that is done.</summary>
    public double Done { get; private set; }

    /// <summary>A phase begins.</summary>
    public void Start()
    {
        _phaseStart = Stopwatch.GetTimestamp();
        _epochStart = _phaseStart;
        _epochImages = 0;
        (ImagesPerSecond, SecondsLeft, Done) = (0, 0, 0);
    }

    /// <summary>A step is done.</summary>
    public void Count(in StepReport step)
    {
        _epochImages += step.Images;
        ImagesPerSecond = _epochImages / Math.Max(Stopwatch.GetElapsedTime(_epochStart).TotalSeconds, 1e-9);
        Done = (step.Epoch - 1 + (double)step.Step / step.Steps) / step.Epochs;
        SecondsLeft = Stopwatch.GetElapsedTime(_phaseStart).TotalSeconds * (1 - Done) / Done;
    }

    /// <summary>An epoch is done; the next begins.</summary>
    public void EndEpoch()
    {
        _epochStart = Stopwatch.GetTimestamp();
        _epochImages = 0;
    }
}
