using System.CommandLine;
using System.CommandLine.Help;
using Recede.Engine;
using Recede.Engine.Devices;
using Recede.Trainer.Options;
using Spectre.Console;

namespace Recede.Trainer;

/// <summary>The program without the process: arguments in, text and an exit code out.</summary>
internal static class RecedeProgram
{
    /// <summary>The environment variable that, set to 1, adds the stack trace to an error.</summary>
    public const string DebugVariable = "RECEDE_DEBUG";

    // No @file and no -abc for -a -b -c: an argument is what it says.
    private static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where errors go, a line each.</param>
    /// <param name="terminal">The terminal that <paramref name="output"/> is; null when it is none.</param>
    /// <param name="cancellation">Ends a run between two steps, an evaluation between two batches.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(
        IReadOnlyList<string> args, TextWriter output, TextWriter error, IAnsiConsole? terminal, CancellationToken cancellation)
    {
        using var standard = new StandardOutput(output);
        try
        {
            RootCommand root = null!;
            var invocation = new Invocation(standard, terminal, other => root.Parse(other, Parsing), cancellation);
            root = CreateRoot(
                [
                    new RunCommand(), new TrainCommand(), new PruneCommand(), new FineTuneCommand(), new EvalCommand(), new InspectCommand(),
                    new ReportCommand(), new DevicesCommand(),
                ],
                invocation);
            var line = root.Parse(args, Parsing);
            if (line.Action is not PrintAction && line.Errors.Count > 0)
            {
                throw new UsageException(LineErrors.Describe(line));
            }

            return line.Invoke(new InvocationConfiguration { Output = standard, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (UsageException e)
        {
            return Fail(error, e, ExitCode.Usage);
        }
        catch (OperationCanceledException e)
        {
            return Fail(error, e, ExitCode.Interrupted);
        }
        catch (Exception e)
        {
            return Fail(error, e, ExitCode.Failure);
        }
    }

    private static RootCommand CreateRoot(IReadOnlyList<ProgramCommand> commands, Invocation invocation)
    {
        var root = new RootCommand("Trains networks until unneeded neurons recede, and removes them.");
        foreach (var command in commands)
        {
            root.Add(Create(command, invocation));
        }

        foreach (var option in root.Options)
        {
            option.Action = option switch
            {
                HelpOption => new PrintAction((writer, asked) => WriteHelp(writer, asked.Name, commands)),
                VersionOption => new PrintAction((writer, _) => writer.WriteLine(EngineInfo.Version)),
                _ => option.Action,
            };
        }

        return root;
    }

    private static Command Create(ProgramCommand program, Invocation invocation)
    {
        var command = new Command(program.Name, program.Summary);
        if (program.File is { } file)
        {
            command.Add(file);
        }

        foreach (var option in program.Groups.SelectMany(group => group.Options))
        {
            command.Add(option);
        }

        command.SetAction(line =>
        {
            program.Execute(line, invocation);
            return ExitCode.Success;
        });
        return command;
    }

    private static void WriteHelp(TextWriter writer, string name, IReadOnlyList<ProgramCommand> commands)
    {
        if (commands.FirstOrDefault(command => command.Name == name) is { } found)
        {
            HelpText.WriteCommand(writer, found);
        }
        else
        {
            HelpText.WriteProgram(writer, commands);
        }
    }

    private static int Fail(TextWriter error, Exception e, int exitCode)
    {
        error.WriteLine(e switch
        {
            OperationCanceledException => $"recede: interrupted; {OneLine(e)}",
            DeviceOutOfMemoryException => $"recede: {OneLine(e)}",
            OutOfMemoryException => "recede: out of memory: a smaller --batch or --latency-batch needs less",
            _ => $"recede: {OneLine(e)}",
        });
        if (Environment.GetEnvironmentVariable(DebugVariable) == "1")
        {
            error.WriteLine(e);
        }

        return exitCode;
    }

    // What .NET appends to the message of a bad argument is for programmers.
    private static string OneLine(Exception e)
    {
        var line = e.Message.ReplaceLineEndings("\n").Split('\n')[0];
        return e is ArgumentException { ParamName: { } name } ? line.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal) : line;
    }
}
