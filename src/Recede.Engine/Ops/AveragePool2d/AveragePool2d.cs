using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Average pooling.</summary>
public static class AveragePool2dOp
{
    /// <summary>
    /// y[n, oh, ow, c] = 1 / (KH KW) times the sum over kh, kw of x[n, oh StrideH - PadH + kh, ow StrideW - PadW + kw, c].
    /// </summary>
    /// <param name="tape">The step.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="args">The windows.</param>
    /// <returns>[N, OH, OW, C] with OH = floor((H + 2 PadH - KH) / StrideH) + 1, OW likewise.</returns>
    /// <exception cref="ShapeMismatchException">A window does not fit, or padding is more than half of it.</exception>
    /// <remarks>Padding counts as zeros in the average, as is the default of torch.nn.AvgPool2d.</remarks>
    public static Tensor AveragePool2d(this Tape tape, Tensor x, in Pool2dArguments args)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Record(AveragePool2dRule.Instance, args, [x]);
    }
}
