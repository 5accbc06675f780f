using Recede.Engine.Ops;

namespace Recede.Engine.Data;

/// <summary>The normalisations of well-known data sets, and how one is measured for any other.</summary>
public static class ImageStatistics
{
    private const int Levels = 256;

    /// <summary>CIFAR-10's constants of the published training recipe.</summary>
    public static ImageNormalization Cifar10 { get; } = new([0.4914f, 0.4822f, 0.4465f], [0.2023f, 0.1994f, 0.2010f]);

    /// <summary>CIFAR-100's constants of the published training recipe.</summary>
    public static ImageNormalization Cifar100 { get; } = new([0.5071f, 0.4867f, 0.4408f], [0.2675f, 0.2565f, 0.2761f]);

    /// <summary>Fashion-MNIST's constants: the statistics of its 60,000 training images.</summary>
    public static ImageNormalization FashionMnist { get; } = new([0.2860f], [0.3530f]);

    /// <summary>MNIST's constants: the statistics of its 60,000 training images.</summary>
    public static ImageNormalization Mnist { get; } = new([0.1307f], [0.3081f]);

    /// <summary>
    /// Measures the mean and the (biased) standard deviation of each channel of interleaved
    /// images, <c>[N, H, W, C]</c>. Exact up to the last rounding, so independent of any order:
    /// it counts the 256 byte values rather than summing numbers.
    /// A channel that is constant gets deviation 1, so that it normalises to zeros.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// <paramref name="channels"/> is below 1, or the images are empty or no multiple of it.
    /// </exception>
    public static ImageNormalization Measure(ReadOnlySpan<byte> images, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        if (images.Length == 0 || images.Length % channels != 0)
        {
            throw new ArgumentException(
                $"Measure: expected a positive multiple of {channels} bytes for {channels} channels, got "
                + $"{images.Length}.",
                nameof(images));
        }

        var counts = new ulong[channels * Levels];
        for (int i = 0, c = 0; i < images.Length; i++)
        {
            counts[(c * Levels) + images[i]]++;
            c = c + 1 == channels ? 0 : c + 1;
        }

        return FromCounts(counts);
    }

    /// <summary>
    /// The same of images whose values have been counted, as many of each channel: how often each channel has each value,
    /// <c>[C, 256]</c>.
    /// </summary>
    internal static ImageNormalization FromCounts(ReadOnlySpan<ulong> counts)
    {
        var mean = new float[counts.Length / Levels];
        var std = new float[mean.Length];
        for (int c = 0; c < mean.Length; c++)
        {
            ReadOnlySpan<ulong> histogram = counts.Slice(c * Levels, Levels);
            double each = 0;
            double sum = 0;
            for (int v = 0; v < Levels; v++)
            {
                each += histogram[v];
                sum += (double)v * histogram[v];
            }

            double centre = sum / each;
            double squares = 0;
            for (int v = 0; v < Levels; v++)
            {
                squares += (v - centre) * (v - centre) * histogram[v];
            }

            mean[c] = (float)(centre / 255);
            std[c] = squares > 0 ? (float)(Math.Sqrt(squares / each) / 255) : 1;
        }

        return new ImageNormalization(mean, std);
    }

    /// <summary>
    /// Whether every value of one agrees with the other's to the four decimals in which the
    /// well-known constants are published.
    /// </summary>
    public static bool Agree(ImageNormalization one, ImageNormalization other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        const float HalfOfFourthDecimal = 0.5e-4f + 1e-7f; // the second term is float32's own rounding
        if (other.Channels != one.Channels)
        {
            return false;
        }

        for (int c = 0; c < one.Channels; c++)
        {
            if (Math.Abs(one.Mean[c] - other.Mean[c]) > HalfOfFourthDecimal
                || Math.Abs(one.Std[c] - other.Std[c]) > HalfOfFourthDecimal)
            {
                return false;
            }
        }

        return true;
    }
}
