using System.CommandLine;
using System.CommandLine.Parsing;

namespace Recede.Trainer.Options;

/// <summary>What is wrong with a command line, in one line.</summary>
internal static class LineErrors
{
    private const int MostEdits = 3;

    /// <summary>
    /// Refuses an option as an argument's value, which takes whatever it is given: that option is mistyped, or not one of the command's. A file of
    /// such a name can be given as ./--name.
    /// </summary>
    public static void RefuseOptions(ArgumentResult result)
    {
        if (result.Tokens.FirstOrDefault(IsOption) is { } option)
        {
            result.AddError($"'{option.Value}' is not known here");
        }
    }

    /// <summary>Describes the first error.</summary>
    public static string Describe(ParseResult line)
    {
        var command = line.CommandResult.Command;
        var help = $"see recede {(command is RootCommand ? "" : command.Name + " ")}--help";
        if (Unknown(line) is { } unknown)
        {
            var names = command.Options.Select(option => option.Name).Concat(command.Subcommands.Select(sub => sub.Name));
            var nearest = names.Select(name => (Name: name, Edits: Edits(unknown, name))).OrderBy(found => found.Edits).FirstOrDefault();
            var hint = nearest.Name is not null && nearest.Edits <= Math.Min(MostEdits, unknown.Length / 2) ? $"did you mean {nearest.Name}? " : "";
            return $"'{unknown}' is not known here; {hint}{(hint.Length > 0 ? "S" : "s")}{help[1..]}";
        }

        if (command is RootCommand)
        {
            return $"a command is missing, such as recede run; {help}";
        }

        var error = line.Errors[0];
        if (error.SymbolResult is ArgumentResult { Tokens.Count: 0 } or CommandResult && command.Arguments is [var argument])
        {
            return $"a {argument.Name} is missing, {argument.Description}; {help}";
        }

        return error.SymbolResult is not OptionResult option ? error.Message
            : option.Tokens.Count == 0 && option.Option.Arity.MinimumNumberOfValues > 0 ? $"{option.Option.Name}: expected a value behind it"
            : option.IdentifierTokenCount > 1 ? $"{option.Option.Name}: expected once, given {option.IdentifierTokenCount} times"
            : error.Message;
    }

    // An option that an argument took pushes out what was meant: it comes first.
    private static string? Unknown(ParseResult line) =>
        line.CommandResult.Command.Arguments.SelectMany(argument => line.GetResult(argument)?.Tokens ?? []).FirstOrDefault(IsOption)?.Value
        ?? (line.UnmatchedTokens is [var first, ..] ? first : null);

    private static bool IsOption(Token token) => token.Value.StartsWith('-');

    // Levenshtein's distance.
    private static int Edits(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
