using Recede.Engine.Training;

namespace Recede.Trainer.Display;

/// <summary>How fast training or fine-tuning goes, and how long it will still take.</summary>
/// <param name="time">The clock.</param>
internal sealed class PhaseClock(TimeProvider time)
{
    private long _phaseStart = time.GetTimestamp();
    private long _epochStart = time.GetTimestamp();
    private long _epochImages;

    // The share that was done when the phase began here: by the processes before, of a run that was gone on with. Null before the first step.
    private double? _begun;

    /// <summary>Training images a second in the running epoch, or in the last one once it is over.</summary>
    public double ImagesPerSecond { get; private set; }

    /// <summary>Seconds to the end of the phase, as it has gone so far in this process, evaluation included.</summary>
    public double SecondsLeft { get; private set; }

    /// <summary>The share of the phase that is done.</summary>
    public double Done { get; private set; }

    /// <summary>A phase begins, or goes on.</summary>
    public void Start()
    {
        _phaseStart = time.GetTimestamp();
        _epochStart = _phaseStart;
        _epochImages = 0;
        _begun = null;
        (ImagesPerSecond, SecondsLeft, Done) = (0, 0, 0);
    }

    /// <summary>A step is done.</summary>
    public void Count(in StepReport step)
    {
        _epochImages += step.Images;
        ImagesPerSecond = _epochImages / Math.Max(time.GetElapsedTime(_epochStart).TotalSeconds, 1e-9);
        _begun ??= Share(step, step.Step - 1);
        Done = Share(step, step.Step);
        SecondsLeft = time.GetElapsedTime(_phaseStart).TotalSeconds * (1 - Done) / (Done - _begun.Value);
    }

    /// <summary>An epoch is done; the next begins.</summary>
    public void EndEpoch()
    {
        _epochStart = time.GetTimestamp();
        _epochImages = 0;
    }

    private static double Share(in StepReport step, int steps) => (step.Epoch - 1 + (double)steps / step.Steps) / step.Epochs;
}
