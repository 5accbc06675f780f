using Recede.Engine.Pruning;

namespace Recede.Engine.Training;

/// <summary>Whoever follows a whole run.</summary>
public interface IPruningRunListener : ITrainingListener
{
    /// <summary>Training or fine-tuning begins.</summary>
    /// <param name="name">"train", or "fine-tune" with the ratio.</param>
    /// <param name="epochs">Its epochs.</param>
    void OnPhase(string name, int epochs);

    /// <summary>The network is trained and measured.</summary>
    void OnTrained(NetworkResult result);

    /// <summary>A trained copy was pruned.</summary>
    void OnPruned(PruningPlan plan, Evaluation before);

    /// <summary>A pruned copy is fine-tuned and measured.</summary>
    void OnFineTuned(PrunedResult result);
}
