using Recede.Engine;

namespace Recede.Trainer.Options;

/// <summary>The help, laid out for 80 columns.</summary>
internal static class HelpText
{
    private const int Width = 80;
    private const int TextColumn = 25;

    /// <summary>What the exit codes of a command that trains are.</summary>
    public const string ExitCodes = """
        Exit codes: 0 done; 1 it could not be done (data, space, a training that
        diverged); 2 wrong options; 130 interrupted, 143 terminated: with --out the run
        is kept then, and --resume goes on with it. RECEDE_DEBUG=1 adds the stack trace
        to an error.
        """;

    /// <summary>Where a named data set is looked for.</summary>
    public const string NamedData = """
        A named data set is looked for in the cache, then where Debian puts it
        (/usr/share/datasets), and is downloaded into the cache otherwise: data in the
        folder of RECEDE_CACHE, or in recede in XDG_CACHE_HOME or ~/.cache, or Recede
        in %LOCALAPPDATA%. Without a network, put its files into data/NAME there.
        """;

    /// <summary>What <c>recede --help</c> prints.</summary>
    public static void WriteProgram(TextWriter writer, IReadOnlyList<ProgramCommand> commands)
    {
        writer.WriteLine($"""
            recede {EngineInfo.Version} - trains networks until unneeded neurons recede, and removes them

            Usage: recede COMMAND [options]

            Commands
            """);
        foreach (var command in commands)
        {
            writer.WriteLine($"  {command.Name,-13}{command.Summary}");
        }

        writer.WriteLine("""

            Options
              --help       Show this, or after a command, what the command does.
              --version    Show the version.

            Start with
              recede run           takes a few minutes; brings its own images
              recede run --help    what happens, every option, examples
              recede train --help  the same step by step: train, prune, finetune, eval
            """);
    }

    /// <summary>What <c>recede COMMAND --help</c> prints.</summary>
    public static void WriteCommand(TextWriter writer, ProgramCommand command)
    {
        writer.WriteLine(command.Introduction);
        if (command.HasPresets)
        {
            writer.WriteLine();
            writer.WriteLine("Presets (whole recipes; all but the first take hours to days on a CPU)");
            foreach (var preset in Presets.All)
            {
                WriteRow(writer, preset.Name, preset.Summary);
            }
        }

        foreach (var group in command.Groups)
        {
            writer.WriteLine();
            writer.WriteLine(group.Title);
            foreach (var option in group.Options)
            {
                var value = option.HelpName is { Length: > 0 } name ? " " + name : "";
                WriteRow(writer, option.Name + value, option.Description ?? "");
            }
        }

        if (command.Conclusion.Length > 0)
        {
            writer.WriteLine();
            writer.WriteLine(command.Conclusion);
        }
    }

    private static void WriteRow(TextWriter writer, string name, string text)
    {
        var line = $"  {name}".PadRight(TextColumn - 1);
        var used = line.Length;
        writer.Write(line);
        foreach (var word in text.Split(' '))
        {
            if (used + 1 + word.Length >= Width)
            {
                writer.WriteLine();
                writer.Write(new string(' ', TextColumn - 1));
                used = TextColumn - 1;
            }

            writer.Write(' ');
            writer.Write(word);
            used += 1 + word.Length;
        }

        writer.WriteLine();
    }
}
