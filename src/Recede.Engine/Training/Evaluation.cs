namespace Recede.Engine.Training;

/// <summary>What a network does on a set of images.</summary>
/// <param name="Loss">Mean cross-entropy.</param>
/// <param name="Accuracy">Share classified rightly, 0..1.</param>
/// <param name="Images">Images.</param>
public readonly record struct Evaluation(double Loss, double Accuracy, int Images);
