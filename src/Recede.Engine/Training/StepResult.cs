namespace Recede.Engine.Training;

/// <summary>What the host reads of a training step.</summary>
/// <param name="Loss">Mean cross-entropy of the batch.</param>
/// <param name="Penalty">Penalty on the norms' scales, 0 without one.</param>
/// <param name="Correct">Images that were classified rightly.</param>
internal readonly record struct StepResult(float Loss, float Penalty, int Correct);
