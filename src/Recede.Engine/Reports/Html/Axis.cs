namespace Recede.Engine.Reports.Html;

/// <summary>A range of values along a side of a chart, linear or logarithmic, with the values that are marked on it.</summary>
internal sealed class Axis
{
    private readonly bool _isLogarithmic;

    private Axis(string title, double from, double to, bool isLogarithmic, IReadOnlyList<(double Value, string Label)> ticks)
    {
        (Title, From, To, _isLogarithmic, Ticks) = (title, from, to, isLogarithmic, ticks);
    }

    /// <summary>What it shows.</summary>
    public string Title { get; }

    /// <summary>Its first value.</summary>
    public double From { get; }

    /// <summary>Its last value.</summary>
    public double To { get; }

    /// <summary>The marked values.</summary>
    public IReadOnlyList<(double Value, string Label)> Ticks { get; }

    /// <summary>An axis of given marks.</summary>
    public static Axis Of(string title, double from, double to, IReadOnlyList<(double Value, string Label)> ticks) =>
        new(title, from, to, false, ticks);

    /// <summary>An axis around some values, which ends at round numbers.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="values">The values; those that are no numbers are passed over.</param>
    /// <param name="label">How a mark is written.</param>
    /// <param name="least">A value that it reaches down to, if need be.</param>
    public static Axis Around(string title, IEnumerable<double> values, Func<double, string> label, double least = double.PositiveInfinity)
    {
        double low = least, high = double.NegativeInfinity;
        foreach (var value in values)
        {
            if (double.IsFinite(value))
            {
                (low, high) = (Math.Min(low, value), Math.Max(high, value));
            }
        }

        if (!(low < high))
        {
            low = double.IsFinite(low) ? low : 0;
            high = low + 1;
        }

        var step = Round((high - low) / 5);
        var first = Math.Floor(low / step);
        var count = (int)(Math.Ceiling(high / step) - first);
        return new Axis(
            title, first * step, (first + count) * step, false, [.. Enumerable.Range(0, count + 1).Select(i => ((first + i) * step, label((first + i) * step)))]);
    }

    /// <summary>A logarithmic axis of factors, from at most 1 up.</summary>
    public static Axis Factors(string title, IEnumerable<double> values)
    {
        double low = 1, high = 2;
        foreach (var value in values)
        {
            if (double.IsFinite(value) && value > 0)
            {
                (low, high) = (Math.Min(low, value), Math.Max(high, value));
            }
        }

        // 1, 2, 5, 10, ... and 0.5, 0.2, ... where something became slower.
        var ticks = new List<(double, string)>();
        for (var power = (int)Math.Floor(Math.Log10(low)); power <= (int)Math.Ceiling(Math.Log10(high)); power++)
        {
            foreach (var digit in (ReadOnlySpan<int>)[1, 2, 5])
            {
                var value = digit * Math.Pow(10, power);
                if (value >= low * 0.999 && value <= high * 1.001)
                {
                    ticks.Add((value, Numbers.Text($"{value:0.###}\u00d7")));
                }
            }
        }

        // A mark in the middle of a label is room enough: where there are many, every third is.
        return new Axis(title, low, high * 1.1, true, ticks.Count <= 7 ? ticks : [.. ticks.Where((_, i) => i % 3 == 0)]);
    }

    /// <summary>Where a value lies, 0 at the beginning and 1 at the end.</summary>
    public double At(double value) => _isLogarithmic
        ? Math.Log(value / From) / Math.Log(To / From)
        : (value - From) / (To - From);

    // The next of 1, 2, 2.5, 5 times a power of ten.
    private static double Round(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        var digit = step / power;
        return power * (digit <= 1.0001 ? 1 : digit <= 2.0001 ? 2 : digit <= 2.5001 ? 2.5 : digit <= 5.0001 ? 5 : 10);
    }
}
