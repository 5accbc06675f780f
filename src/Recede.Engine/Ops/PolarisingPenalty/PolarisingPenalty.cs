using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>The polarising penalty.</summary>
public static class PolarisingPenaltyOp
{
    /// <summary>
    /// The penalty that lets weak neurons recede and leaves strong ones alone: with p = sigmoid(w + shift),
    /// R = lambda * sum(p * (1 - ln p)) over all channels of all vectors; dR/dw = -lambda * p * (1 - p) * ln p.
    /// Source: Suteu and Guo, "Receding Neuron Importances for Structured Pruning", arXiv 2204.06404.
    /// </summary>
    /// <remarks>Summed in double precision, in the order given. No NaN for any finite w: -ln p is softplus(-(w + shift)).
    /// Deterministic.</remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="scales">Parameters of bounded norms, each [1, 1, 1, C]; none gives 0.</param>
    /// <param name="lambda">Weight of the penalty.</param>
    /// <param name="shift">b, which enters here only: neither the norm nor a pruning score.</param>
    /// <returns>R, a scalar [1, 1, 1, 1].</returns>
    /// <exception cref="ShapeMismatchException">A tensor is not a vector, or an argument is not finite.</exception>
    public static Tensor PolarisingPenalty(this Tape tape, ReadOnlySpan<Tensor> scales, float lambda, float shift)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Record(PolarisingPenaltyRule.Instance, new PolarisingPenaltyArguments(lambda, shift), scales);
    }
}
