using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Max pooling.</summary>
public static class MaxPool2dOp
{
    /// <summary>
    /// y[n, oh, ow, c] = max over kh, kw of x[n, oh StrideH - PadH + kh, ow StrideW - PadW + kw, c]; padding never wins.
    /// </summary>
    /// <param name="tape">The step.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="args">The windows.</param>
    /// <returns>[N, OH, OW, C] with OH = floor((H + 2 PadH - KH) / StrideH) + 1, OW likewise.</returns>
    /// <exception cref="ShapeMismatchException">A window does not fit, or padding is more than half of it.</exception>
    /// <remarks>Among equal values the first in row order gets the gradient. A NaN in a window is the maximum.</remarks>
    public static Tensor MaxPool2d(this Tape tape, Tensor x, in Pool2dArguments args)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Record(MaxPool2dRule.Instance, args, [x]);
    }
}
