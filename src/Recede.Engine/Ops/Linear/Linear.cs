using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>A fully connected layer.</summary>
public static class LinearOp
{
    /// <summary>y[n, o] = bias[o] + sum_i weight[o, i] * x[n, i]. Deterministic: the same bits for any number of threads.</summary>
    /// <param name="tape">The tape of the step.</param>
    /// <param name="x">[N, 1, 1, in]; see <see cref="FlattenOp.Flatten"/>.</param>
    /// <param name="weight">[out, 1, 1, in]: a bound parameter of the weight role.</param>
    /// <param name="bias">[1, 1, 1, out], or <see cref="Tensor.None"/>.</param>
    /// <returns>[N, 1, 1, out].</returns>
    /// <exception cref="ShapeMismatchException">The operands do not fit each other.</exception>
    public static Tensor Linear(this Tape tape, Tensor x, Tensor weight, Tensor bias)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Record(LinearRule.Instance, default, [x, weight, bias]);
    }
}
