namespace Recede.Engine.Reports.Html;

/// <summary>Mean and spread of a figure over runs that differ by their seeds alone.</summary>
/// <param name="Mean">The mean; NaN where a run has no such number.</param>
/// <param name="Deviation">The sample's standard deviation; NaN for a single run.</param>
internal readonly record struct Spread(double Mean, double Deviation)
{
    /// <summary>Of some figures, at least one.</summary>
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        if (values.Distinct().Count() == 1)
        {
            // Rounding would make a spread of what has none.
            return new Spread(values.First(), values.Count < 2 ? double.NaN : 0);
        }

        var mean = values.Average();
        return new Spread(mean, Math.Sqrt(values.Sum(x => (x - mean) * (x - mean)) / (values.Count - 1)));
    }

    /// <summary>Of one figure.</summary>
    public static Spread Of(double value) => new(value, double.NaN);

    /// <summary>The mean less the deviation, where there is one.</summary>
    public double Low => double.IsNaN(Deviation) ? Mean : Mean - Deviation;

    /// <summary>The mean and the deviation, where there is one.</summary>
    public double High => double.IsNaN(Deviation) ? Mean : Mean + Deviation;
}
