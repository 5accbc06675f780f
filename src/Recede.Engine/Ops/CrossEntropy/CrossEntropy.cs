using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Softmax cross-entropy.</summary>
public static class CrossEntropyOp
{
    /// <summary>
    /// loss = 1/N times the sum over n, k of -t[n, k] ln p[n, k], with p = softmax(logits) and the smoothed target
    /// t[n, k] = (1 - smoothing) [k = label n] + smoothing / K (Szegedy et al., arXiv 1512.00567; as
    /// torch.nn.CrossEntropyLoss). dlogits[n, k] = (p[n, k] - t[n, k]) / N.
    /// </summary>
    /// <param name="tape">The step.</param>
    /// <param name="logits">[N, 1, 1, K], N and K 1 or more.</param>
    /// <param name="labels">int32 [N, 1, 1, 1], each from 0 to K - 1.</param>
    /// <param name="smoothing">Label smoothing, 0 to 1.</param>
    /// <returns>The mean loss, and the number of rows whose label has the largest logit (among equal logits the first
    /// counts; a row with a NaN is wrong).</returns>
    /// <exception cref="ShapeMismatchException">Shapes do not fit, or the batch is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The smoothing is not in [0, 1].</exception>
    /// <exception cref="ArgumentException">A label is no class; the message names row and label.</exception>
    public static CrossEntropyResult CrossEntropy(this Tape tape, Tensor logits, Tensor labels, float smoothing = 0)
    {
        ArgumentNullException.ThrowIfNull(tape);

        // Said so that NaN is refused too.
        if (!(smoothing >= 0 && smoothing <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(smoothing),
                smoothing,
                $"{$"CrossEntropy {tape.Scope}".TrimEnd()}: the label smoothing must be from 0 to 1, got {smoothing}.");
        }

        var outputs = new CrossEntropyOutputs();
        tape.Record(CrossEntropyRule.Instance, new CrossEntropyArguments(smoothing), [logits, labels], outputs);
        return new CrossEntropyResult(outputs[CrossEntropyRule.Loss], outputs[CrossEntropyRule.Correct]);
    }

    [System.Runtime.CompilerServices.InlineArray(2)]
    private struct CrossEntropyOutputs
    {
        private Tensor _first;
    }
}
