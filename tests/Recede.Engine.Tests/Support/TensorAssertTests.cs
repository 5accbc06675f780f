namespace Recede.Engine.Tests.Support;

public sealed class TensorAssertTests
{
    [Test]
    public void Equal_and_empty_tensors_pass()
    {
        TensorAssert.AreClose(ReadOnlySpan<float>.Empty, ReadOnlySpan<double>.Empty, 0);
        TensorAssert.AreClose(new float[] { 1, -2 }, new double[] { 1, -2 }, 0);
    }

    [Test]
    public void Allowance_is_relative_to_the_largest_expected_element_plus_the_absolute_one()
    {
        Assert.That(TensorAssert.WorstMismatch([100.5, 0.9], [100, 0], 0.01, 0, "t"), Is.Null);
        Assert.That(TensorAssert.WorstMismatch([100.5, 1.1], [100, 0], 0.01, 0, "t"), Is.Not.Null);
        Assert.That(TensorAssert.WorstMismatch([100.5, 1.1], [100, 0], 0.01, 0.2, "t"), Is.Null);
    }

    [Test]
    public void Message_names_index_both_values_and_allowance_of_the_first_worst()
    {
        Assert.That(
            TensorAssert.WorstMismatch([1, 2.25, 7, 7], [1, 2, 4, 4], 0.25, 0, "dx"),
            Is.EqualTo(
                "dx[2]: 7, expected 4, difference 3, allowance 1 (absolute 0 + relative 0.25 * largest 4); "
                + "2 of 4 elements differ by more than it"));
    }

    [Test]
    public void The_assertion_fails_with_that_message()
    {
        Assert.That(
            () => TensorAssert.AreClose(new float[] { 1, 3 }, new float[] { 1, 2 }, 0, 0.5, "loss"),
            Throws.TypeOf<AssertionException>().With.Message.Contains("loss[1]: 3, expected 2"));
    }

    [TestCase(double.NaN, 0)]
    [TestCase(0, double.NaN)]
    [TestCase(double.NaN, double.NaN)]
    [TestCase(double.PositiveInfinity, 1)]
    [TestCase(1, double.NegativeInfinity)]
    [TestCase(double.NegativeInfinity, double.PositiveInfinity)]
    public void Not_finite_never_passes_under_any_allowance(double actual, double expected)
    {
        // The second allowance overflows to infinity: 1e300 times the largest expected element.
        foreach (var largest in (double[])[0, 1e300])
        {
            Assert.That(
                TensorAssert.WorstMismatch([5, actual], [largest, expected], 1e300, 1e300, "t"),
                Does.StartWith("t[1]: "));
        }
    }

    [Test]
    public void The_same_infinity_passes()
    {
        Assert.That(TensorAssert.WorstMismatch([double.PositiveInfinity], [double.PositiveInfinity], 0, 0, "t"), Is.Null);
    }

    [TestCase(double.NaN)]
    [TestCase(-1)]
    [TestCase(double.PositiveInfinity)]
    public void Allowances_that_would_admit_anything_are_refused(double allowance)
    {
        Assert.That(TensorAssert.WorstMismatch([0], [0], allowance, 0, "t"), Does.Contain("allowance must be"));
        Assert.That(TensorAssert.WorstMismatch([0], [0], 0, allowance, "t"), Does.Contain("allowance must be"));
    }

    [Test]
    public void Lengths_that_differ_fail()
    {
        Assert.That(TensorAssert.WorstMismatch([0], [0, 0], 1, 1, "t"), Is.EqualTo("t: 1 elements, expected 2"));
        Assert.That(() => TensorAssert.AreSameBits([0f], [0f, 0f]), Throws.TypeOf<AssertionException>());
    }

    [Test]
    public void Same_bits_tells_zeros_apart_and_refuses_nan()
    {
        TensorAssert.AreSameBits([1f, 0f], [1f, 0f]);
        Assert.That(() => TensorAssert.AreSameBits([-0f], [0f]), Throws.TypeOf<AssertionException>());
        Assert.That(() => TensorAssert.AreSameBits([float.NaN], [float.NaN]), Throws.TypeOf<AssertionException>());
    }

    [Test]
    public void All_zero_finds_the_first_element_that_is_not()
    {
        TensorAssert.AllZero([0f, -0f]);
        Assert.That(
            () => TensorAssert.AllZero([0f, 3f], "lanes"),
            Throws.TypeOf<AssertionException>().With.Message.Contains("lanes[1]: 3, expected 0"));
        Assert.That(() => TensorAssert.AllZero([float.NaN]), Throws.TypeOf<AssertionException>());
    }
}
