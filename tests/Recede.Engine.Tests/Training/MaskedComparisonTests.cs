using Recede.Engine.Training;

namespace Recede.Engine.Tests.Training;

/// <summary>The largest difference of two lists of logits.</summary>
public sealed class MaskedComparisonTests
{
    [Test]
    public void It_is_the_largest_of_either_sign() => Assert.That(
        MaskedComparison.Of([1, 2, -5, 4], [1, 1.75f, -4.5f, 4], 2), Is.EqualTo(new MaskedComparison(0.5, 5, 2)));

    [Test]
    public void What_is_the_same_differs_by_nothing() =>
        Assert.That(MaskedComparison.Of([3, -7], [3, -7], 1), Is.EqualTo(new MaskedComparison(0, 7, 1)));

    [Test]
    public void A_number_that_is_none_is_not_passed_over() =>
        Assert.That(MaskedComparison.Of([1, 2, 3], [1, float.NaN, 9], 1).LargestDifference, Is.NaN);
}
