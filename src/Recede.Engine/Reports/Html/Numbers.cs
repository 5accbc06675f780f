using System.Globalization;

namespace Recede.Engine.Reports.Html;

/// <summary>Numbers as the page shows them, the same in every culture; a number that is none is a dash.</summary>
internal static class Numbers
{
    private const string None = "\u2013";
    private static readonly string[] Prefixes = ["", "k", "M", "G", "T"];

    /// <summary>A share in percent: "89.6 %", of several runs "89.6 ± 0.4 %".</summary>
    public static string Percent(Spread share) => Of(share, value => Text($"{100 * value:F1}"), " %");

    /// <summary>A ratio as it was asked for: "50 %", "12.5 %".</summary>
    public static string Ratio(double share) => Text($"{100 * share:0.##} %");

    /// <summary>A count with separators: "294,586".</summary>
    public static string Count(Spread count) => Of(count, value => Text($"{value:N0}"), "");

    /// <summary>A count in decimal units with three digits: "19.2 M".</summary>
    public static string Scaled(Spread count, string unit)
    {
        var (size, prefix) = (Math.Abs(count.Mean), 0);
        while (size >= 999.5 && prefix < Prefixes.Length - 1)
        {
            size /= 1000;
            prefix++;
        }

        var divisor = Math.Pow(1000, prefix);
        var digits = prefix == 0 ? "F0" : ThreeDigits(size);
        var suffix = Prefixes[prefix] + unit;
        return Of(count, value => (value / divisor).ToString(digits, CultureInfo.InvariantCulture), suffix.Length == 0 ? "" : " " + suffix);
    }

    /// <summary>A number with three digits: "123", "12.3", "1.23".</summary>
    public static string Measure(Spread value) => Of(value, x => x.ToString(ThreeDigits(Math.Abs(value.Mean)), CultureInfo.InvariantCulture), "");

    /// <summary>How many times: "2.01×".</summary>
    public static string Times(Spread factor) => Of(factor, x => x.ToString(ThreeDigits(Math.Abs(factor.Mean)), CultureInfo.InvariantCulture), "\u00d7");

    /// <summary>A small number with two digits: "4.8e-06".</summary>
    public static string Tiny(double value) => double.IsFinite(value) ? value.ToString("g2", CultureInfo.InvariantCulture) : None;

    /// <summary>A number with up to four digits: "0.0962".</summary>
    public static string Small(double value) => double.IsFinite(value) ? value.ToString("g4", CultureInfo.InvariantCulture) : None;

    /// <summary>A time: "5.2 s", "3:07", "1:02:03".</summary>
    public static string Duration(double seconds)
    {
        if (!double.IsFinite(seconds))
        {
            return None;
        }

        var whole = (long)Math.Clamp(Math.Round(seconds), 0, 1e9);
        return seconds < 10 ? Text($"{seconds:F1} s")
            : whole < 3600 ? Text($"{whole / 60}:{whole % 60:00}")
            : Text($"{whole / 3600}:{whole / 60 % 60:00}:{whole % 60:00}");
    }

    /// <summary>A place in a drawing, to a tenth.</summary>
    public static string Place(double place) => place.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>"1 epoch", "8 epochs".</summary>
    public static string Plural(int count, string one) => Text($"{count:N0} {one}{(count == 1 ? "" : "s")}");

    /// <summary>Formats as the invariant culture does.</summary>
    public static string Text(FormattableString text) => FormattableString.Invariant(text);

    private static string Of(Spread spread, Func<double, string> format, string unit) =>
        !double.IsFinite(spread.Mean) ? None
        : spread.Deviation > 0 ? $"{format(spread.Mean)} \u00b1 {format(spread.Deviation)}{unit}"
        : format(spread.Mean) + unit;

    private static string ThreeDigits(double size) => size < 9.995 ? "F2" : size < 99.95 ? "F1" : "F0";
}
