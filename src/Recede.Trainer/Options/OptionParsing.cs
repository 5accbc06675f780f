using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Recede.Trainer.Options;

/// <summary>
/// Options whose text is read the same in every culture and checked at once: the error names the option, what was given
/// and what is allowed. An option that is not given has the value null.
/// </summary>
internal static class OptionParsing
{
    /// <summary>A whole number.</summary>
    public static Option<int?> Whole(string name, string unit, int least, int most, string description)
    {
        var expected = most == int.MaxValue ? $"a whole number of {least} or more" : $"a whole number from {least} to {most}";
        return Make<int?>(name, unit, description, text =>
            int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
                ? value
                : throw new FormatException(expected));
    }

    /// <summary>A number that <paramref name="holds"/> accepts; NaN and infinities are never accepted.</summary>
    public static Option<float?> Real(string name, string unit, Func<float, bool> holds, string expected, string description) =>
        Make<float?>(name, unit, description, text => ParseReal(text, holds, expected));

    /// <summary>A seed.</summary>
    public static Option<ulong?> Seed(string description) => Make<ulong?>(
        "--seed", "N", description, text => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException("a whole number of 0 or more"));

    /// <summary>A text that is one of a few.</summary>
    public static Option<string> Choice(string name, string unit, IReadOnlyList<string> choices, string description)
    {
        var option = Make<string>(name, unit, description, text => choices.Contains(text)
            ? text
            : throw new FormatException($"one of {string.Join(", ", choices)}"));
        option.CompletionSources.Add(_ => choices.Select(choice => new System.CommandLine.Completions.CompletionItem(choice)));
        return option;
    }

    /// <summary>An option that is given or not, without a value.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>An option whose value, a text that is not empty, may be left out.</summary>
    public static Option<string?> Optional(string name, string unit, string expected, string description) => new(name)
    {
        HelpName = $"[{unit}]",
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = result => result.Tokens.Count == 0 ? null : Read(result, name, text => text.Length > 0 ? text : throw new FormatException(expected)),
    };

    /// <summary>Anything else.</summary>
    /// <param name="name">The option.</param>
    /// <param name="unit">What stands for the value in the help.</param>
    /// <param name="description">What the help says.</param>
    /// <param name="parse">Reads the text; throws a <see cref="FormatException"/> that says what is expected.</param>
    public static Option<T> Make<T>(string name, string unit, string description, Func<string, T> parse) => new(name)
    {
        HelpName = unit,
        Description = description,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => Read(result, name, parse),
    };

    /// <summary>Reads a number.</summary>
    /// <exception cref="FormatException">It is none, not finite, or not accepted; the message is what was expected.</exception>
    public static float ParseReal(string text, Func<float, bool> holds, string expected) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && float.IsFinite(value) && holds(value)
            ? value
            : throw new FormatException(expected);

    private static T? Read<T>(ArgumentResult result, string name, Func<string, T> parse)
    {
        var text = result.Tokens[0].Value;
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            result.AddError($"{name} {(text.Length == 0 ? "''" : text)}: expected {e.Message}");
            return default;
        }
    }
}
