namespace Recede.Engine.Data;

/// <summary>
/// The mean and standard deviation of each channel, in units of the full byte range
/// (a byte of 255 is 1), by which a network's input is normalised:
/// <c>(byte / 255 - Mean[c]) / Std[c]</c>.
/// </summary>
public sealed class Normalisation
{
    private readonly float[] _mean;
    private readonly float[] _std;

    /// <summary>Makes a normalisation of <c>mean.Length</c> channels; both spans are copied.</summary>
    /// <exception cref="ArgumentException">
    /// The lengths differ or are 0, a value is not finite, or a deviation is not above 0.
    /// </exception>
    public Normalisation(ReadOnlySpan<float> mean, ReadOnlySpan<float> std)
    {
        if (mean.Length == 0 || mean.Length != std.Length)
        {
            throw new ArgumentException(
                $"Normalisation: expected a mean and a deviation for each channel, got {mean.Length} means and "
                + $"{std.Length} deviations.",
                nameof(std));
        }

        for (int c = 0; c < mean.Length; c++)
        {
            if (!float.IsFinite(mean[c]))
            {
                throw new ArgumentException(
                    $"Normalisation: the mean of channel {c} is {mean[c]}, expected a finite number.", nameof(mean));
            }

            if (!float.IsFinite(std[c]) || std[c] <= 0)
            {
                throw new ArgumentException(
                    $"Normalisation: the deviation of channel {c} is {std[c]}, expected a finite number above 0.",
                    nameof(std));
            }
        }

        _mean = mean.ToArray();
        _std = std.ToArray();
    }

    /// <summary>CIFAR-10's constants of the published training recipe.</summary>
    public static Normalisation Cifar10 { get; } = new([0.4914f, 0.4822f, 0.4465f], [0.2023f, 0.1994f, 0.2010f]);

    /// <summary>CIFAR-100's constants of the published training recipe.</summary>
    public static Normalisation Cifar100 { get; } = new([0.5071f, 0.4867f, 0.4408f], [0.2675f, 0.2565f, 0.2761f]);

    /// <summary>Fashion-MNIST's constants: the statistics of its 60,000 training images.</summary>
    public static Normalisation FashionMnist { get; } = new([0.2860f], [0.3530f]);

    /// <summary>MNIST's constants: the statistics of its 60,000 training images.</summary>
    public static Normalisation Mnist { get; } = new([0.1307f], [0.3081f]);

    /// <summary>The number of channels.</summary>
    public int Channels => _mean.Length;

    /// <summary>The mean of each channel, <c>[C]</c>, in 0..1.</summary>
    public ReadOnlySpan<float> Mean => _mean;

    /// <summary>The standard deviation of each channel, <c>[C]</c>, above 0.</summary>
    public ReadOnlySpan<float> Std => _std;

    /// <summary>
    /// Measures the mean and the (biased) standard deviation of each channel of interleaved
    /// images, <c>[N, H, W, C]</c>. Exact up to the last rounding, so independent of any order:
    /// it counts the 256 byte values rather than summing numbers.
    /// A channel that is constant gets deviation 1, so that it normalises to zeros.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// <paramref name="channels"/> is below 1, or the images are empty or no multiple of it.
    /// </exception>
    public static Normalisation Measure(ReadOnlySpan<byte> images, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        if (images.Length == 0 || images.Length % channels != 0)
        {
            throw new ArgumentException(
                $"Normalisation: expected a positive multiple of {channels} bytes for {channels} channels, got "
                + $"{images.Length}.",
                nameof(images));
        }

        var counts = new int[channels * 256];
        for (int i = 0, c = 0; i < images.Length; i++)
        {
            counts[(c * 256) + images[i]]++;
            c = c + 1 == channels ? 0 : c + 1;
        }

        var mean = new float[channels];
        var std = new float[channels];
        double each = images.Length / channels;
        for (int c = 0; c < channels; c++)
        {
            ReadOnlySpan<int> histogram = counts.AsSpan(c * 256, 256);
            double sum = 0;
            for (int v = 0; v < 256; v++)
            {
                sum += (double)v * histogram[v];
            }

            double centre = sum / each;
            double squares = 0;
            for (int v = 0; v < 256; v++)
            {
                squares += (v - centre) * (v - centre) * histogram[v];
            }

            mean[c] = (float)(centre / 255);
            std[c] = squares > 0 ? (float)(Math.Sqrt(squares / each) / 255) : 1;
        }

        return new Normalisation(mean, std);
    }

    /// <summary>
    /// Whether every value agrees with the other's to the four decimals in which the
    /// well-known constants are published.
    /// </summary>
    public bool AgreesWith(Normalisation other)
    {
        ArgumentNullException.ThrowIfNull(other);
        const float HalfOfFourthDecimal = 0.5e-4f + 1e-7f; // the second term is float32's own rounding
        if (other.Channels != Channels)
        {
            return false;
        }

        for (int c = 0; c < Channels; c++)
        {
            if (Math.Abs(_mean[c] - other._mean[c]) > HalfOfFourthDecimal
                || Math.Abs(_std[c] - other._std[c]) > HalfOfFourthDecimal)
            {
                return false;
            }
        }

        return true;
    }
}
