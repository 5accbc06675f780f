using System.Globalization;

namespace Recede.Trainer.Display;

/// <summary>Figures as people read them, the same in every culture.</summary>
internal static class Figures
{
    private static readonly string[] Prefixes = ["", "k", "M", "G", "T"];

    /// <summary>A share in percent: "89.6 %".</summary>
    public static string Percent(double share) => Format($"{100 * share:F1} %");

    /// <summary>A ratio as it was asked for: "50 %", "12.5 %".</summary>
    public static string Ratio(double share) => Format($"{100 * share:0.##} %");

    /// <summary>A count with separators: "294,586"; from ten millions on "14.73 M".</summary>
    public static string Count(long count) => count < 10_000_000 ? Format($"{count:N0}") : Format($"{count / 1e6:F2} M");

    /// <summary>Bytes in decimal units: "1.18 MB".</summary>
    public static string Bytes(long bytes) => Scaled(bytes) + "B";

    /// <summary>Multiply-adds: "19.2 M".</summary>
    public static string MultiplyAdds(long count) => Scaled(count).TrimEnd();

    /// <summary>Milliseconds with three digits or so: "123", "12.3", "1.23".</summary>
    public static string Milliseconds(double value) => value.ToString(ThreeDigits(value), CultureInfo.InvariantCulture);

    /// <summary>A time that people wait: "5.2 s", "3:07", "1:02:03".</summary>
    public static string Duration(double seconds)
    {
        if (seconds < 10)
        {
            return Format($"{seconds:F1} s");
        }

        var whole = (long)Math.Min(Math.Round(seconds), 1e9);
        return whole < 60 ? Format($"{whole} s")
            : whole < 3600 ? Format($"{whole / 60}:{whole % 60:00}")
            : Format($"{whole / 3600}:{whole / 60 % 60:00}:{whole % 60:00}");
    }

    /// <summary>A small number, such as a learning rate, with four digits: "0.0962", "1e-05".</summary>
    public static string Small(double value) => value.ToString("g4", CultureInfo.InvariantCulture);

    /// <summary>"1 epoch", "8 epochs".</summary>
    public static string Epochs(int count) => Format($"{count} epoch{(count == 1 ? "" : "s")}");

    /// <summary>Whether an option is given: "on", "off".</summary>
    public static string Flag(bool value) => value ? "on" : "off";

    /// <summary>Formats as the invariant culture does.</summary>
    public static string Format(FormattableString text) => FormattableString.Invariant(text);

    private static string Scaled(double value)
    {
        var prefix = 0;
        while (value >= 999.5 && prefix < Prefixes.Length - 1)
        {
            value /= 1000;
            prefix++;
        }

        var digits = prefix == 0 ? "0" : ThreeDigits(value);
        return $"{value.ToString(digits, CultureInfo.InvariantCulture)} {Prefixes[prefix]}";
    }

    private static string ThreeDigits(double value) => value < 9.995 ? "F2" : value < 99.95 ? "F1" : "F0";
}
