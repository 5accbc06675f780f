namespace Recede.Engine.Ops;

/// <summary>The arguments of an op that takes none.</summary>
internal readonly record struct NoArguments;
