using Recede.Engine.Core;
using Recede.Engine.Ops;

namespace Recede.Engine.Training;

/// <summary>
/// R(w) = lambda * sum p (1 - ln p) with p = sigmoid(w + shift), over the scales of bounded norms (arXiv 2204.06404): pulls weak neurons, leaves strong ones
/// alone, so that importances become bimodal.
/// </summary>
/// <param name="Lambda">Strength; see <see cref="LambdaFor"/> for short runs.</param>
/// <param name="Shift">Moves the pull: 3 makes it peak at importances near 0.015, 0 at 0.24.</param>
public sealed record PolarisingPenalty(float Lambda, float Shift) : ScalePenalty
{
    /// <summary>
    /// A scale recedes by the sum of the pulls over all steps, so a run of fewer steps must pull harder: the strength with
    /// which a run of <paramref name="steps"/> steps pulls as much in all as the published one of 125,000. It ends at
    /// lambda 1, unless the published one is above: there, at the recipe's rates, the pull alone moves a scale by up to 2.6
    /// a step (0.1 * 10 * 0.26, ten times that by momentum), and no run is so short that it needs more to recede.
    /// </summary>
    /// <param name="publishedLambda">The published strength: 1e-3 for VGG-16, 1e-4 for ResNet-56.</param>
    /// <param name="steps">Optimiser steps of the run.</param>
    public static float LambdaFor(float publishedLambda, long steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return Math.Min(publishedLambda * PublishedSteps / steps, Math.Max(publishedLambda, StrongestScaled));
    }

    // 160 epochs of 50,000 images in batches of 64.
    private const float PublishedSteps = 125_000;
    private const float StrongestScaled = 1;

    /// <inheritdoc/>
    protected override ParameterRole Role => ParameterRole.BoundedScale;

    /// <inheritdoc/>
    public override Tensor Apply(Tape tape, ReadOnlySpan<Tensor> scales) => tape.PolarisingPenalty(scales, Lambda, Shift);
}
