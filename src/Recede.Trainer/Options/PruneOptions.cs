using System.CommandLine;
using System.Globalization;
using Recede.Trainer.Display;

namespace Recede.Trainer.Options;

/// <summary>How much goes: the options of every command that prunes.</summary>
internal sealed class PruneOptions
{
    private readonly Option<IReadOnlyList<double>> _ratios = OptionParsing.Make<IReadOnlyList<double>>(
        "--ratios", "LIST",
        "Shares of the prunable channels to remove, each from the trained network. Default: 0.5,0.9.",
        ParseRatios);

    private readonly Option<int?> _minimumChannels = OptionParsing.Whole(
        "--min-channels", "N", 1, int.MaxValue, Figures.Format($"Channels that a layer keeps at least. Default: {Presets.Default.MinimumChannels}."));

    /// <summary>Makes the options.</summary>
    public PruneOptions() => All = [_ratios, _minimumChannels];

    /// <summary>The options, as the help lists them.</summary>
    public IReadOnlyList<Option> All { get; }

    /// <summary>The settings that a command line without errors asks for.</summary>
    public PruneSettings Resolve(ParseResult line, Preset preset) =>
        new(line.GetValue(_ratios) ?? preset.Ratios, line.GetValue(_minimumChannels) ?? preset.MinimumChannels);

    private static double[] ParseRatios(string text)
    {
        const string Expected = "numbers above 0 and below 1, separated by commas, each once (to 0.01 %)";
        var ratios = new List<double>();
        foreach (var part in text.Split(','))
        {
            if (!double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio)
                || !(ratio is > 0 and < 1) || ratios.Exists(other => Figures.Ratio(other) == Figures.Ratio(ratio)))
            {
                throw new FormatException(Expected);
            }

            ratios.Add(ratio);
        }

        return [.. ratios];
    }
}
