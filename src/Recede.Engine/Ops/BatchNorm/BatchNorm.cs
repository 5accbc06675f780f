using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Plain BatchNorm.</summary>
public static class BatchNormOp
{
    /// <summary>
    /// Normalises every channel of x, scales and shifts it:
    /// y = [relu](gamma_c * (x - mean_c) / sqrt(var_c + epsilon) + beta_c [+ residual]).
    /// Source: Ioffe and Szegedy, "Batch Normalization", arXiv 1502.03167.
    /// </summary>
    /// <remarks>
    /// Training takes mean and biased variance of the batch (those that the convolution before left, see
    /// <see cref="Tape.MomentsOf"/>, or else its own) and moves the running statistics towards them, the variance towards the
    /// unbiased one; where a channel has a single value the variance is 0 both ways. Evaluation takes the running
    /// statistics. Deterministic: the same bits for any number of threads. Backward, with xhat the normalised input and
    /// M = N * H * W: dgamma = sum(dy * xhat), dbeta = sum(dy),
    /// dx = gamma * rstd / M * (M * dy - sum(dy) - xhat * sum(dy * xhat)).
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[N, H, W, C]; N may be 0 in evaluation only.</param>
    /// <param name="gamma">Scales [1, 1, 1, C].</param>
    /// <param name="beta">Shifts [1, 1, 1, C], or none.</param>
    /// <param name="runningMean">[1, 1, 1, C]; training updates it in place.</param>
    /// <param name="runningVariance">[1, 1, 1, C]; training updates it in place.</param>
    /// <param name="args">Epsilon, momentum, ReLU.</param>
    /// <param name="residual">Added before the ReLU: the shape of x, or none.</param>
    /// <returns>y [N, H, W, C].</returns>
    /// <exception cref="ShapeMismatchException">A shape does not fit, an argument is out of its range, or training got no
    /// values.</exception>
    public static Tensor BatchNorm(
        this Tape tape,
        Tensor x,
        Tensor gamma,
        Tensor beta,
        Tensor runningMean,
        Tensor runningVariance,
        in NormArguments args,
        Tensor residual = default) =>
        BatchNormRule.Run(tape, x, gamma, beta, runningMean, runningVariance, residual, args);
}
