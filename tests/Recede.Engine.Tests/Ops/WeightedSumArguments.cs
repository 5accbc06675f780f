namespace Recede.Engine.Tests.Ops;

/// <summary>The arguments of <see cref="WeightedSum"/>: none.</summary>
public readonly record struct WeightedSumArguments;
