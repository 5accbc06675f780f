using System.Text;
using Recede.Engine.Training;

namespace Recede.Trainer.Display;

/// <summary>The histogram of importances, drawn.</summary>
internal static class ImportanceBars
{
    private const int Rows = 4;
    private const int BinColumns = 3;
    private const int BinsALine = 10;
    private const string Eighths = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";

    /// <summary>Share of the channels whose importance is below <paramref name="bound"/>, a bin's edge.</summary>
    public static double ShareBelow(IReadOnlyList<int> bins, double bound) => Share(bins, 0, bound);

    /// <summary>What the two peaks are: the share that has receded, and what lies between.</summary>
    public static string Summary(IReadOnlyList<int> bins) => Figures.Format(
        $"{bins.Sum():N0} channels: {Figures.Percent(ShareBelow(bins, 0.05))} under 0.05, {Figures.Percent(Share(bins, 0.1, 0.5))} in 0.1..0.5, {Figures.Percent(Share(bins, 0.5, 1))} from 0.5 on");

    /// <summary>
    /// Bars of block characters over a scale, 20 bins of three columns. A height is the square root of its count: the many
    /// channels that receded would else leave the others no room.
    /// </summary>
    public static IEnumerable<string> Draw(IReadOnlyList<int> bins)
    {
        var highest = Math.Max(1, bins.Max());
        for (var row = Rows - 1; row >= 0; row--)
        {
            var line = new StringBuilder("  ");
            foreach (var count in bins)
            {
                // A bin that is not empty shows, however low it is.
                var height = count == 0 ? 0 : Math.Max(1, (int)Math.Round(Math.Sqrt((double)count / highest) * Rows * 8));
                line.Append(Eighths[Math.Clamp(height - row * 8, 0, 8)], BinColumns - 1).Append(' ');
            }

            yield return line.ToString().TrimEnd();
        }

        // Each label begins where its bin does; the last stands under the last bar's end.
        const int Quarter = BinColumns * 5;
        yield return "  " + "0".PadRight(Quarter) + "0.25".PadRight(Quarter) + "0.5".PadRight(Quarter) + "0.75".PadRight(Quarter - 2) + "1";
    }

    /// <summary>The counts as plain text, two lines of ten bins.</summary>
    public static IEnumerable<string> List(IReadOnlyList<int> bins)
    {
        for (var first = 0; first < bins.Count; first += BinsALine)
        {
            var line = new StringBuilder(Figures.Format(
                $"  {(double)first / bins.Count:F2}-{(double)Math.Min(first + BinsALine, bins.Count) / bins.Count:F2}:"));
            foreach (var count in bins.Skip(first).Take(BinsALine))
            {
                line.Append(Figures.Format($"{count,6}"));
            }

            yield return line.ToString();
        }
    }

    // A bin lies in the range if it begins in it; bounds are edges of bins.
    private static double Share(IReadOnlyList<int> bins, double from, double to)
    {
        var width = 1.0 / ImportanceHistogram.Bins;
        var inside = 0;
        for (var i = 0; i < bins.Count; i++)
        {
            var middle = (i + 0.5) * width;
            inside += middle > from && middle < to ? bins[i] : 0;
        }

        return (double)inside / Math.Max(1, bins.Sum());
    }
}
