namespace Recede.Engine.Ops;

/// <summary>How a cross-entropy weighs classes.</summary>
/// <param name="Smoothing">The share of the target that is spread over all classes.</param>
internal readonly record struct CrossEntropyArguments(float Smoothing);
