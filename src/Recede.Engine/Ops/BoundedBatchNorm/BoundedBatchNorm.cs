using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Bounded BatchNorm.</summary>
public static class BoundedBatchNormOp
{
    /// <summary>
    /// Normalises every channel of x and scales it by its importance sigmoid(w_c), which lies in (0, 1); there is no shift:
    /// y = [relu](sigmoid(w_c) * (x - mean_c) / sqrt(var_c + epsilon) [+ residual]).
    /// Source: Suteu and Guo, "Receding Neuron Importances for Structured Pruning", arXiv 2204.06404.
    /// </summary>
    /// <remarks>
    /// Training takes mean and biased variance of the batch (those that the convolution before left, see
    /// <see cref="Tape.MomentsOf"/>, or else its own) and moves the running statistics towards them, the variance towards the
    /// unbiased one; where a channel has a single value the variance is 0 both ways. Evaluation takes the running
    /// statistics. Deterministic: the same bits for any number of threads. Backward, with xhat the normalised input and
    /// M = N * H * W: dL/dw = s(1-s) * sum(dy * xhat), dx = s * rstd / M * (M * dy - sum(dy) - xhat * sum(dy * xhat)), without
    /// NaN for any finite w.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[N, H, W, C]; N may be 0 in evaluation only.</param>
    /// <param name="w">Parameters of the importances [1, 1, 1, C].</param>
    /// <param name="runningMean">[1, 1, 1, C]; training updates it in place.</param>
    /// <param name="runningVariance">[1, 1, 1, C]; training updates it in place.</param>
    /// <param name="args">Epsilon, momentum, ReLU.</param>
    /// <param name="residual">Added before the ReLU: the shape of x, or none.</param>
    /// <returns>y [N, H, W, C].</returns>
    /// <exception cref="ShapeMismatchException">A shape does not fit, an argument is out of its range, or training got no
    /// values.</exception>
    public static Tensor BoundedBatchNorm(
        this Tape tape,
        Tensor x,
        Tensor w,
        Tensor runningMean,
        Tensor runningVariance,
        in NormArguments args,
        Tensor residual = default) =>
        BoundedBatchNormRule.Run(tape, x, w, runningMean, runningVariance, residual, args);
}
