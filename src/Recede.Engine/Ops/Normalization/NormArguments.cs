namespace Recede.Engine.Ops;

/// <summary>Arguments of <see cref="BatchNormOp.BatchNorm"/> and <see cref="BoundedBatchNormOp.BoundedBatchNorm"/>.</summary>
/// <param name="Epsilon">Added to the variance before its root is taken; positive.</param>
/// <param name="Momentum">Share of the batch's statistics in the new running statistics, 0 to 1:
/// running = (1 - momentum) * running + momentum * batch.</param>
/// <param name="Relu">Whether a ReLU follows, after the residual has been added.</param>
public readonly record struct NormArguments(float Epsilon, float Momentum, bool Relu);
