using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Global average pooling.</summary>
public static class GlobalAveragePoolOp
{
    /// <summary>y[n, 0, 0, c] = 1 / (H W) times the sum over h, w of x[n, h, w, c].</summary>
    /// <param name="tape">The step.</param>
    /// <param name="x">[N, H, W, C], H and W 1 or more.</param>
    /// <returns>[N, 1, 1, C].</returns>
    /// <exception cref="ShapeMismatchException">An image has no pixel.</exception>
    public static Tensor GlobalAveragePool(this Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Record(GlobalAveragePoolRule.Instance, default, [x]);
    }
}
