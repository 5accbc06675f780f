using System.CommandLine;
using Recede.Engine.Training;

namespace Recede.Trainer.Options;

/// <summary>How a command line with --resume becomes that of the run that it goes on with.</summary>
internal static class Resumption
{
    /// <summary>The settings that a command line asks for, or those of the run that it goes on with.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="output">The command's options of output.</param>
    /// <param name="free">Options that may be given otherwise than the run was begun.</param>
    /// <param name="parse">Parses the command line that the run was begun with.</param>
    /// <param name="resolve">Makes settings of a command line.</param>
    /// <exception cref="UsageException">An option says something else than when the run was begun; or the run is another command's.</exception>
    /// <exception cref="IOException">The folder holds no run.</exception>
    /// <exception cref="InvalidDataException">The folder's checkpoint is damaged.</exception>
    public static T Resolve<T>(
        ParseResult line, OutputOptions output, IReadOnlyList<Option> free, Func<IReadOnlyList<string>, ParseResult> parse, Func<ParseResult, T> resolve)
        where T : IRunSettings
    {
        if (output.Resumed(line) is not { } folder)
        {
            return resolve(line);
        }

        var begun = Begun(folder, parse);
        var (command, name) = (line.CommandResult.Command, begun.CommandResult.Command.Name);
        if (name != command.Name)
        {
            throw new UsageException($"--out {folder} holds what recede {name} began: go on with it by recede {name} --resume --out {folder}");
        }

        var settings = resolve(parse(Merged(begun, line, _ => true)));
        var values = settings.Values.ToDictionary();

        // As it was begun but for what may differ: the data may lie elsewhere now.
        foreach (var (option, value) in resolve(parse(Merged(begun, line, symbol => symbol is Option option && free.Contains(option)))).Values)
        {
            if (values[option] != value)
            {
                throw new UsageException($"{option} {values[option]}: the run in {folder} was begun with {value}, and --resume goes on as it was begun");
            }
        }

        return settings;
    }

    /// <summary>The command line that goes on with the run in a folder.</summary>
    public static string CommandLine(string folder)
    {
        var name = "run";
        try
        {
            name = StoredArguments.Read(RunFolder.ReadSettings(folder)) is [var first, ..] ? first : name;
        }
        catch (InvalidDataException)
        {
            // That it is damaged is told by who goes on with it.
        }

        return $"recede {name} --resume --out {folder}";
    }

    private static ParseResult Begun(string folder, Func<IReadOnlyList<string>, ParseResult> parse)
    {
        var begun = parse(StoredArguments.Read(RunFolder.ReadSettings(folder)));
        return begun.Errors.Count == 0
            ? begun
            : throw new InvalidDataException($"{folder} holds a run of arguments that are none: {LineErrors.Describe(begun)}");
    }

    // What was given when the run was begun, and in its place what is given now of the options that are taken.
    private static List<string> Merged(ParseResult begun, ParseResult line, Func<Symbol, bool> takes)
    {
        var command = line.CommandResult.Command;
        var merged = new List<string> { command.Name };
        foreach (var argument in command.Arguments)
        {
            merged.AddRange(takes(argument) && Tokens(line, argument) is { Count: > 0 } given ? given : Tokens(begun, argument));
        }

        foreach (var option in command.Options)
        {
            var result = line.GetResult(option) is { Implicit: false } now && takes(option) ? now
                : begun.GetResult(option) is { Implicit: false } before ? before
                : null;
            if (result is not null)
            {
                merged.Add(option.Name);
                merged.AddRange(result.Tokens.Select(token => token.Value));
            }
        }

        return merged;
    }

    private static List<string> Tokens(ParseResult line, Argument argument) =>
        line.GetResult(argument) is { } result ? [.. result.Tokens.Select(token => token.Value)] : [];
}
