using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>What a cross-entropy tells; both are scalars that can be read until the step ends.</summary>
/// <param name="Loss">The mean loss of the batch; <see cref="Tape.Backward"/> starts here.</param>
/// <param name="Correct">How many images' largest logit is their label's.</param>
public readonly record struct CrossEntropyResult(Tensor Loss, Tensor Correct);
