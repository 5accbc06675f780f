using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Makes every image one row of features.</summary>
public static class FlattenOp
{
    /// <summary>y[n, 0, 0, (h*W + w)*C + c] = x[n, h, w, c]. Deterministic.</summary>
    /// <param name="tape">The tape of the step.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <returns>[N, 1, 1, H*W*C].</returns>
    public static Tensor Flatten(this Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Record(FlattenRule.Instance, default, [x]);
    }
}
