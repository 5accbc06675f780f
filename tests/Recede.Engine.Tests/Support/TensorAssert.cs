using System.Globalization;

namespace Recede.Engine.Tests.Support;

/// <summary>
/// Compares numbers with what was expected of them. An element passes when
/// <c>|actual - expected| &lt;= absolute + relative * max|expected|</c>, where the maximum is taken over the whole
/// tensor: a small element of a sum of large terms carries the rounding of the large ones.
/// A NaN never passes, not even against a NaN; an infinity passes only against the same infinity.
/// </summary>
internal static class TensorAssert
{
    /// <summary>The relative allowance of the project's promises against a float32 peer.</summary>
    public const double PeerRelative = 1e-4;

    public static void AreClose(
        ReadOnlySpan<float> actual, ReadOnlySpan<double> expected, double relative, double absolute = 0, string what = "tensor")
    {
        AreClose(Widen(actual), expected, relative, absolute, what);
    }

    public static void AreClose(
        ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double relative, double absolute = 0, string what = "tensor")
    {
        AreClose(Widen(actual), Widen(expected), relative, absolute, what);
    }

    public static void AreClose(
        ReadOnlySpan<double> actual, ReadOnlySpan<double> expected, double relative, double absolute = 0, string what = "tensor")
    {
        var failure = WorstMismatch(actual, expected, relative, absolute, what);
        if (failure is not null)
        {
            Assert.Fail(failure);
        }
    }

    /// <summary>Same bits, element by element: +0 and -0 differ; a NaN fails.</summary>
    public static void AreSameBits(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, string what = "tensor")
    {
        if (actual.Length != expected.Length)
        {
            Assert.Fail($"{what}: {actual.Length} elements, expected {expected.Length}");
        }

        for (var i = 0; i < actual.Length; i++)
        {
            var a = BitConverter.SingleToUInt32Bits(actual[i]);
            var e = BitConverter.SingleToUInt32Bits(expected[i]);
            if (a != e || float.IsNaN(actual[i]))
            {
                Assert.Fail(
                    $"{what}[{i}]: {Text(actual[i])} (0x{a:x8}), expected {Text(expected[i])} (0x{e:x8}), allowance 0 bits");
            }
        }
    }

    /// <summary>Every element is exactly zero, as padding lanes must be (either sign).</summary>
    public static void AllZero(ReadOnlySpan<float> actual, string what = "padding")
    {
        for (var i = 0; i < actual.Length; i++)
        {
            if (actual[i] != 0f)
            {
                Assert.Fail($"{what}[{i}]: {Text(actual[i])}, expected 0, allowance 0");
            }
        }
    }

    /// <summary>
    /// What is wrong, or null: the element that differs the most among those beyond the allowance (the first of
    /// equals; what is not finite and should be is the worst of all), how many there are, or the lengths if they differ.
    /// </summary>
    public static string? WorstMismatch(
        ReadOnlySpan<double> actual, ReadOnlySpan<double> expected, double relative, double absolute, string what)
    {
        // Written so that a NaN allowance is refused too: it would make every comparison below false.
        if (!(relative >= 0 && absolute >= 0 && double.IsFinite(relative) && double.IsFinite(absolute)))
        {
            return $"{what}: the allowance must be finite and not negative: relative {Text(relative)}, absolute {Text(absolute)}";
        }

        if (actual.Length != expected.Length)
        {
            return $"{what}: {actual.Length} elements, expected {expected.Length}";
        }

        var largest = LargestFinite(expected);
        var allowance = absolute + (relative * largest);
        var worst = -1;
        var worstError = 0.0;
        var count = 0;
        for (var i = 0; i < actual.Length; i++)
        {
            var error = Error(actual[i], expected[i]);

            // The allowance itself may have overflowed; an infinite error passes under none.
            if (error <= allowance && double.IsFinite(error))
            {
                continue;
            }

            count++;
            if (worst < 0 || error > worstError)
            {
                worst = i;
                worstError = error;
            }
        }

        return worst < 0
            ? null
            : $"{what}[{worst}]: {Text(actual[worst])}, expected {Text(expected[worst])}, "
              + $"difference {Text(worstError)}, allowance {Text(allowance)} "
              + $"(absolute {Text(absolute)} + relative {Text(relative)} * largest {Text(largest)}); "
              + $"{count} of {actual.Length} elements differ by more than it";
    }

    // A NaN on either side is an infinite error, so that no allowance admits it and it is reported as the worst.
    private static double Error(double actual, double expected)
    {
        if (double.IsNaN(actual) || double.IsNaN(expected))
        {
            return double.PositiveInfinity;
        }

        return actual == expected ? 0 : Math.Abs(actual - expected);
    }

    private static double LargestFinite(ReadOnlySpan<double> values)
    {
        var largest = 0.0;
        foreach (var value in values)
        {
            if (double.IsFinite(value))
            {
                largest = Math.Max(largest, Math.Abs(value));
            }
        }

        return largest;
    }

    private static double[] Widen(ReadOnlySpan<float> values)
    {
        var wide = new double[values.Length];
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] = values[i];
        }

        return wide;
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);
}
