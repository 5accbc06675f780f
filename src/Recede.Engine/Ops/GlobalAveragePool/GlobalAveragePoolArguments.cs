namespace Recede.Engine.Ops;

/// <summary>Global average pooling has no arguments.</summary>
internal readonly record struct GlobalAveragePoolArguments;
