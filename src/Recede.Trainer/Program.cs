using System.Runtime.InteropServices;
using Recede.Trainer;
using Spectre.Console;

using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    // The first Ctrl-C ends the run between two steps or batches; a second one ends the process.
    press.Cancel = !cancellation.IsCancellationRequested;
    cancellation.Cancel();
};

// As a service or a batch system ends it.
var terminated = false;
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    terminated = true;
    cancellation.Cancel();
});

var isTerminal = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities is { Ansi: true, Interactive: true };
var exitCode = RecedeProgram.Run(args, Console.Out, Console.Error, isTerminal ? AnsiConsole.Console : null, cancellation.Token);
return exitCode == ExitCode.Interrupted && terminated ? ExitCode.Terminated : exitCode;
