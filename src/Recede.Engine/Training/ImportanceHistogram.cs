using Recede.Engine.Nn;

namespace Recede.Engine.Training;

/// <summary>Histogram of the scores of all norms' channels: importances sigmoid(w), or magnitudes |gamma|.</summary>
public static class ImportanceHistogram
{
    /// <summary>Bins over 0..1, the last one closed; magnitudes above 1 fall into it.</summary>
    public const int Bins = 20;

    /// <summary>Counts the channels of every norm.</summary>
    public static int[] Of(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var counts = new int[Bins];
        foreach (var norm in network.Norms)
        {
            foreach (var score in norm.ChannelScores())
            {
                counts[Math.Clamp((int)(score * Bins), 0, Bins - 1)]++;
            }
        }

        return counts;
    }

    /// <summary>Share of all channels whose score lies in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public static double Share(Network network, double from, double to)
    {
        ArgumentNullException.ThrowIfNull(network);
        long inside = 0, all = 0;
        foreach (var norm in network.Norms)
        {
            foreach (var score in norm.ChannelScores())
            {
                inside += score >= from && score < to ? 1 : 0;
                all++;
            }
        }

        return (double)inside / all;
    }
}
