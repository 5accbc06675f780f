namespace Recede.Engine.Training;

/// <summary>Whoever follows a training that is measured at its end.</summary>
public interface ITrainingRunListener : ITrainingListener
{
    /// <summary>Training or fine-tuning begins.</summary>
    /// <param name="name">"train", or "fine-tune", with the ratio where there are several.</param>
    /// <param name="epochs">Its epochs.</param>
    void OnPhase(string name, int epochs);

    /// <summary>The network is trained and measured.</summary>
    /// <param name="training">The training, with all its epochs, also those before a run was gone on with.</param>
    /// <param name="result">The network after it.</param>
    void OnTrained(FitResult training, NetworkResult result);
}
