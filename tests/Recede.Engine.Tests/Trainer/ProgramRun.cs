using System.Diagnostics;
using Recede.Trainer;
using Spectre.Console;

namespace Recede.Engine.Tests.Trainer;

/// <summary>The program run in this process, and what it said.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Error)
{
    // A run that takes a second or two on any machine.
    public static readonly string[] Tiny = TinyOn("cpu");

    /// <summary>The same on a device; on a stand-in for CUDA it takes twenty seconds.</summary>
    public static string[] TinyOn(string device) =>
    [
        "run", "--train-images", "96", "--test-images", "48", "--epochs", "1", "--batch", "32", "--finetune-epochs", "1",
        "--latency-batch", "2", "--threads", "1", "--lambda", "0.1", "--device", device,
    ];

    public static ProgramRun Of(params IReadOnlyList<string> args) => Of(args, CancellationToken.None);

    public static ProgramRun Of(IReadOnlyList<string> args, CancellationToken cancellation)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = RecedeProgram.Run(args, output, error, terminal: null, cancellation);
        return new ProgramRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>The same, where nothing can be written to the output.</summary>
    public static ProgramRun WithFullOutput(params IReadOnlyList<string> args)
    {
        using var output = new FullWriter();
        using var error = new StringWriter();
        var exitCode = RecedeProgram.Run(args, output, error, terminal: null, CancellationToken.None);
        return new ProgramRun(exitCode, "", error.ToString());
    }

    /// <summary>The same, where the output is a terminal of 80 columns.</summary>
    public static ProgramRun InTerminal(params IReadOnlyList<string> args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.Standard,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = 80;
        console.Profile.Capabilities.Unicode = true;
        var exitCode = RecedeProgram.Run(args, output, error, console, CancellationToken.None);
        return new ProgramRun(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>The same in a process of its own, which no test of this one has given a stand-in for CUDA to.</summary>
    public static ProgramRun InProcess(IReadOnlyList<string> args, IReadOnlyDictionary<string, string> environment)
    {
        var here = Environment.ProcessPath is { } path && path.EndsWith("dotnet", StringComparison.Ordinal) ? path : "dotnet";
        var start = new ProcessStartInfo(here) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(RecedeProgram).Assembly.Location);
        foreach (var argument in args)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ProgramRun(process.ExitCode, output, error.Result);
    }

    public string[] OutputLines => Output.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    public string[] ErrorLines => Error.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    private sealed class FullWriter : StringWriter
    {
        public override void Write(char value) => throw new IOException("No space left on device");

        public override void Write(string? value) => throw new IOException("No space left on device");

        public override void Write(char[] buffer, int index, int count) => throw new IOException("No space left on device");

        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}
