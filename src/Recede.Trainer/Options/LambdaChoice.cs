namespace Recede.Trainer.Options;

/// <summary>A value given to --lambda: a number, or null for "auto".</summary>
internal readonly record struct LambdaChoice(float? Value);
