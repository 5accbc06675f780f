using Recede.Engine.Core;
using Recede.Engine.Ops;

namespace Recede.Engine.Training;

/// <summary>lambda * sum |gamma| over the scales of plain norms: network slimming (Liu et al. 2017), the baseline.</summary>
/// <param name="Lambda">Strength.</param>
public sealed record L1Penalty(float Lambda) : ScalePenalty
{
    /// <inheritdoc/>
    protected override ParameterRole Role => ParameterRole.Scale;

    /// <inheritdoc/>
    public override Tensor Apply(Tape tape, ReadOnlySpan<Tensor> scales) => tape.L1Penalty(scales, Lambda);
}
