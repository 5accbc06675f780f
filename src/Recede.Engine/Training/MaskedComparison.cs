namespace Recede.Engine.Training;

/// <summary>
/// How far a network whose channels are masked and the network that was shrunk instead are apart: on the same test images, right after
/// pruning. They compute the same but for the order of their sums, so anything beyond rounding is a fault.
/// </summary>
/// <param name="LargestDifference">The largest difference of a logit.</param>
/// <param name="LargestLogit">The largest magnitude of a logit, to hold it against.</param>
/// <param name="Images">Images looked at.</param>
public readonly record struct MaskedComparison(double LargestDifference, double LargestLogit, int Images)
{
    /// <summary>Compares logits, [images, classes] each; a difference that is no number is the largest.</summary>
    internal static MaskedComparison Of(ReadOnlySpan<float> masked, ReadOnlySpan<float> shrunk, int images)
    {
        double difference = 0, logit = 0;
        for (var i = 0; i < masked.Length; i++)
        {
            // Math.Max passes NaN on.
            difference = Math.Max(difference, Math.Abs((double)masked[i] - shrunk[i]));
            logit = Math.Max(logit, Math.Abs((double)masked[i]));
        }

        return new MaskedComparison(difference, logit, images);
    }
}
