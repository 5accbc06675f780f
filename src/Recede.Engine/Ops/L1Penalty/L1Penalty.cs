using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>The L1 penalty on a norm's scales.</summary>
public static class L1PenaltyOp
{
    /// <summary>
    /// R = lambda * sum(|gamma|) over all channels of all vectors; dR/dgamma = lambda * sign(gamma), 0 at 0.
    /// Source: Liu et al., "Learning Efficient Convolutional Networks through Network Slimming", arXiv 1708.06519.
    /// </summary>
    /// <remarks>Summed in double precision, in the order given. Deterministic.</remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="scales">Scales of norms, each [1, 1, 1, C]; none gives 0.</param>
    /// <param name="lambda">Weight of the penalty.</param>
    /// <returns>R, a scalar [1, 1, 1, 1].</returns>
    /// <exception cref="ShapeMismatchException">A tensor is not a vector, or lambda is not finite.</exception>
    public static Tensor L1Penalty(this Tape tape, ReadOnlySpan<Tensor> scales, float lambda)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Record(L1PenaltyRule.Instance, new L1PenaltyArguments(lambda), scales);
    }
}
