using Recede.Trainer;
using Spectre.Console;

using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    // The first Ctrl-C ends the run between two steps; a second one ends the process.
    press.Cancel = !cancellation.IsCancellationRequested;
    cancellation.Cancel();
};

var isTerminal = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities is { Ansi: true, Interactive: true };
return RecedeProgram.Run(args, Console.Out, Console.Error, isTerminal ? AnsiConsole.Console : null, cancellation.Token);
