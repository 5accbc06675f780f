using System.CommandLine;
using System.CommandLine.Help;
using Recede.Engine;
using Recede.Engine.Devices;
using Recede.Trainer.Display;
using Recede.Trainer.Options;
using Spectre.Console;

namespace Recede.Trainer;

/// <summary>The program without the process: arguments in, text and an exit code out.</summary>
internal static class RecedeProgram
{
    /// <summary>The environment variable that, set to 1, adds the stack trace to an error.</summary>
    public const string DebugVariable = "RECEDE_DEBUG";

    private const string RunName = "run";
    private const string DevicesName = "devices";
    private const string InspectName = "inspect";

    // No @file and no -abc for -a -b -c: an argument is what it says.
    private static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where errors go, a line each.</param>
    /// <param name="terminal">The terminal that <paramref name="output"/> is; null when it is none.</param>
    /// <param name="cancellation">Ends a run between two steps.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(
        IReadOnlyList<string> args, TextWriter output, TextWriter error, IAnsiConsole? terminal, CancellationToken cancellation)
    {
        try
        {
            var options = new RunOptions();
            var root = CreateRoot(options, settings => RunCommand.Execute(
                settings,
                terminal is null ? new PlainDisplay(output, settings.Quiet) : new TerminalDisplay(terminal, settings.Quiet),
                cancellation),
                () => DevicesCommand.Execute(output),
                file => InspectCommand.Execute(file, output));
            var line = root.Parse(args, Parsing);
            if (line.Action is not PrintAction && line.Errors.Count > 0)
            {
                throw new UsageException(LineErrors.Describe(line));
            }

            return line.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
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

    /// <summary>The commands; <paramref name="execute"/> does a run, <paramref name="listDevices"/> prints the devices,
    /// <paramref name="inspect"/> a checkpoint.</summary>
    internal static RootCommand CreateRoot(RunOptions options, Action<RunSettings> execute, Action listDevices, Action<string> inspect)
    {
        var run = new Command(RunName, "Train a network, prune it at each ratio, fine-tune and report.");
        foreach (var option in options.Groups.SelectMany(group => group.Options))
        {
            run.Add(option);
        }

        RootCommand root = null!;
        run.SetAction(line =>
        {
            execute(options.Resolve(line, args => root.Parse(args, Parsing)));
            return ExitCode.Success;
        });
        var devices = new Command(DevicesName, "Tell what can be trained on here, and what CUDA lacks.");
        devices.SetAction(_ =>
        {
            listDevices();
            return ExitCode.Success;
        });
        var file = new Argument<string>("FILE") { Description = "A checkpoint: last.safetensors, pruned-50.safetensors." };
        var inspection = new Command(InspectName, "Tell what network a checkpoint holds.") { file };
        inspection.SetAction(line =>
        {
            inspect(line.GetRequiredValue(file));
            return ExitCode.Success;
        });
        root = new RootCommand("Trains networks until unneeded neurons recede, and removes them.") { run, inspection, devices };
        foreach (var option in root.Options)
        {
            option.Action = option switch
            {
                HelpOption => new PrintAction((writer, command) => WriteHelp(writer, command, options)),
                VersionOption => new PrintAction((writer, _) => writer.WriteLine(EngineInfo.Version)),
                _ => option.Action,
            };
        }

        return root;
    }

    private static void WriteHelp(TextWriter writer, Command command, RunOptions options)
    {
        switch (command.Name)
        {
            case RunName:
                HelpText.WriteRun(writer, options.Groups);
                break;
            case DevicesName:
                HelpText.WriteDevices(writer);
                break;
            case InspectName:
                HelpText.WriteInspect(writer);
                break;
            default:
                HelpText.WriteProgram(writer);
                break;
        }
    }

    private static int Fail(TextWriter error, Exception e, int exitCode)
    {
        error.WriteLine(e switch
        {
            OperationCanceledException => $"recede: interrupted; {OneLine(e)}",
            DeviceOutOfMemoryException => $"recede: {OneLine(e)}",
            OutOfMemoryException => "recede: out of memory: a smaller --batch needs less",
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
