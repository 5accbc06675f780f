using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>The convolution (cross-correlation) of neural networks.</summary>
public static class Conv2dOp
{
    /// <summary>
    /// y[n, p, q, o] = [relu]([residual[n, p, q, o] +] bias[o] + sum over kh, kw, i of weight[o, kh, kw, i] *
    /// x[n, p*StrideH + kh*DilationH - PadH, q*StrideW + kw*DilationW - PadW, g*I + i]), with x zero outside its borders and
    /// g = o / (O / Groups) the filter's group. Deterministic: the same bits for any number of threads.
    /// </summary>
    /// <param name="tape">The tape of the step.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="weight">Filters [O, KH, KW, I], I = C / Groups: a bound parameter of the weight role.</param>
    /// <param name="bias">[1, 1, 1, O], or <see cref="Tensor.None"/>.</param>
    /// <param name="args">Stride, padding, dilation, groups, and whether y's channel moments are wanted: in a training step
    /// they are then attached to y, see <see cref="Tape.MomentsOf"/>.</param>
    /// <param name="residual">Added to y while that is in cache: of y's shape, or none. It and a ReLU are for inference, where norms are
    /// folded into filters; in training the norm that follows does both.</param>
    /// <returns>[N, (H + 2 PadH - DilationH (KH - 1) - 1) / StrideH + 1, likewise, O].</returns>
    /// <exception cref="ShapeMismatchException">Operands or arguments do not fit each other, or a training step asks for a residual
    /// or a ReLU.</exception>
    public static Tensor Conv2d(
        this Tape tape, Tensor x, Tensor weight, Tensor bias, in Conv2dArguments args, Tensor residual = default)
    {
        ArgumentNullException.ThrowIfNull(tape);
        Span<Tensor> outputs = [Tensor.None, Tensor.None];
        tape.Record(Conv2dRule.Instance, args, [x, weight, bias, residual], outputs);
        if (!outputs[1].IsNone)
        {
            tape.AttachMoments(outputs[0], outputs[1]);
        }

        return outputs[0];
    }
}
