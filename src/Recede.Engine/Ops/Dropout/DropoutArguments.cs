namespace Recede.Engine.Ops;

/// <summary>What a dropout draws.</summary>
/// <param name="Rate">The share of values that is dropped, above 0 and below 1.</param>
/// <param name="Seed">Seed of the random numbers.</param>
/// <param name="Stream">Their stream: the layer and the step.</param>
internal readonly record struct DropoutArguments(float Rate, ulong Seed, ulong Stream);
