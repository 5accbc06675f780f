namespace Recede.Engine.Training;

/// <summary>Whoever follows a training run: a progress bar, a report.</summary>
public interface ITrainingListener
{
    /// <summary>A step is done. Called on the training thread, every step: return soon.</summary>
    void OnStep(in StepReport report);

    /// <summary>An epoch is done and evaluated.</summary>
    void OnEpoch(EpochReport report);
}
