namespace Recede.Engine.Training;

/// <summary>What a training step tells, as often as a progress bar wants it.</summary>
/// <param name="Epoch">Epoch, from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Step">Step of the epoch, from 1.</param>
/// <param name="Steps">Steps of an epoch.</param>
/// <param name="Images">Images of this step.</param>
/// <param name="Loss">Mean cross-entropy of the epoch so far.</param>
/// <param name="Accuracy">Share of the epoch's training images so far that were classified rightly.</param>
public readonly record struct StepReport(int Epoch, int Epochs, int Step, int Steps, int Images, double Loss, double Accuracy);
