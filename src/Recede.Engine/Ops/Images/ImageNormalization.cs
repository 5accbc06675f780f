namespace Recede.Engine.Ops;

/// <summary>
/// The mean and standard deviation of each channel, in units of the full byte range, by which images become a network's
/// input: (byte / 255 - Mean[c]) / Std[c]. Immutable.
/// </summary>
public sealed class ImageNormalization
{
    /// <summary>Values of a byte.</summary>
    private const int Levels = 256;

    private readonly float[] _mean;
    private readonly float[] _std;
    private readonly float[] _table;

    /// <summary>Makes a normalisation; both spans are copied.</summary>
    /// <param name="mean">[C], finite.</param>
    /// <param name="std">[C], finite and above 0.</param>
    /// <exception cref="ArgumentException">The lengths differ or are 0, or a value is out of range.</exception>
    public ImageNormalization(ReadOnlySpan<float> mean, ReadOnlySpan<float> std)
    {
        if (mean.IsEmpty || mean.Length != std.Length)
        {
            throw new ArgumentException(
                $"ImageNormalization: expected a mean and a deviation for each channel, got {mean.Length} means and {std.Length} deviations.");
        }

        for (var c = 0; c < mean.Length; c++)
        {
            if (!float.IsFinite(mean[c]) || !float.IsFinite(std[c]) || std[c] <= 0)
            {
                throw new ArgumentException(
                    $"ImageNormalization: channel {c} has mean {mean[c]} and deviation {std[c]}, expected finite numbers and a deviation above 0.");
            }
        }

        _mean = mean.ToArray();
        _std = std.ToArray();
        _table = new float[Levels * mean.Length];
        for (var i = 0; i < _table.Length; i++)
        {
            _table[i] = (float)((i % Levels / 255.0 - _mean[i / Levels]) / _std[i / Levels]);
        }
    }

    /// <summary>Number of channels.</summary>
    public int Channels => _mean.Length;

    /// <summary>Mean of each channel, [C].</summary>
    public ReadOnlySpan<float> Mean => _mean;

    /// <summary>Standard deviation of each channel, [C].</summary>
    public ReadOnlySpan<float> Std => _std;

    /// <summary>What each byte becomes, [C, 256].</summary>
    internal ReadOnlySpan<float> Table => _table;
}
