using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Chains tensors along their channels.</summary>
public static class ConcatOp
{
    /// <summary>
    /// y[n, h, w, :] is the parts' channels one after another; each part's gradient is its slice of dL/dy. Deterministic.
    /// A tensor may be given more than once.
    /// </summary>
    /// <param name="tape">The tape of the step.</param>
    /// <param name="parts">One or more [N, H, W, C_k], alike but for C_k.</param>
    /// <returns>[N, H, W, sum of C_k].</returns>
    /// <exception cref="ShapeMismatchException">There is no part, or N, H, W of one differ from the first's.</exception>
    public static Tensor Concat(this Tape tape, params ReadOnlySpan<Tensor> parts)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Record(ConcatRule.Instance, default, parts);
    }
}
