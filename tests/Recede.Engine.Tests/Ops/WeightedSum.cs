using Recede.Engine.Core;

namespace Recede.Engine.Tests.Ops;

/// <summary>
/// An op of a program's own, made with nothing but the engine's public types: the scalar sum over all pairs of
/// sum(value * weight). It makes a loss whose gradient with respect to each value is the weight given.
/// </summary>
public static class WeightedSum
{
    /// <summary>Operands in pairs: value, weight, value, weight, ...</summary>
    public static Tensor Of(Tape tape, params ReadOnlySpan<Tensor> pairs)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return tape.Record(WeightedSumRule.Instance, default, pairs);
    }
}
