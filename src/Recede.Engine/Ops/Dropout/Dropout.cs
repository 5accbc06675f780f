using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Dropout (Srivastava et al., JMLR 15, 2014), inverted: nothing is left to do in evaluation.</summary>
public static class DropoutOp
{
    // Steps are streams apart by a number whose multiples do not repeat (2^64 over the golden ratio).
    private const ulong StreamsPerStep = 0x9E3779B97F4A7C15;

    /// <summary>
    /// In training y = x / (1 - rate) with probability 1 - rate, else 0, each value by itself; otherwise x itself, without a
    /// copy.
    /// </summary>
    /// <param name="tape">The step. What is dropped depends on its <see cref="Tape.Seed"/>, <see cref="Tape.StepNumber"/> and
    /// <see cref="Tape.Scope"/> alone, so two dropouts of a step need scopes of their own to drop independently.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="rate">The probability to drop a value: 0 or more, below 1. At 0, x itself is returned.</param>
    /// <returns>[N, H, W, C].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
    public static Tensor Dropout(this Tape tape, Tensor x, float rate)
    {
        ArgumentNullException.ThrowIfNull(tape);

        // Said so that NaN is refused too.
        if (!(rate >= 0 && rate < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(rate), rate, $"{$"Dropout {tape.Scope}".TrimEnd()}: the rate must be from 0 to below 1, got {rate}.");
        }

        if (rate == 0 || !tape.Training)
        {
            return x;
        }

        var stream = Philox.StreamOf(tape.Scope) + tape.KnownStepNumber * StreamsPerStep;
        return tape.Record(DropoutRule.Instance, new DropoutArguments(rate, tape.Seed, stream), [x]);
    }
}
