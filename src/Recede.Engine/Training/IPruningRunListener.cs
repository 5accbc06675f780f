using Recede.Engine.Pruning;

namespace Recede.Engine.Training;

/// <summary>Whoever follows a whole run.</summary>
public interface IPruningRunListener : ITrainingRunListener
{
    /// <summary>A trained copy was pruned.</summary>
    void OnPruned(PruningPlan plan, Evaluation before);

    /// <summary>A pruned copy is fine-tuned and measured.</summary>
    void OnFineTuned(PrunedResult result);
}
