using System.CommandLine;
using Recede.Trainer.Display;
using Spectre.Console;

namespace Recede.Trainer;

/// <summary>What a command is given beside its options.</summary>
/// <param name="Output">Where results go.</param>
/// <param name="Terminal">The terminal that the output is; null when it is none.</param>
/// <param name="Parse">Parses another command line: the one of a run that is to be resumed.</param>
/// <param name="Cancellation">Ends a training between two steps, an evaluation between two batches.</param>
internal sealed record Invocation(
    TextWriter Output, IAnsiConsole? Terminal, Func<IReadOnlyList<string>, ParseResult> Parse, CancellationToken Cancellation)
{
    /// <summary>What shows how a command goes on.</summary>
    /// <param name="quiet">Whether only its result is shown.</param>
    public IRunDisplay CreateDisplay(bool quiet = false) =>
        Terminal is null ? new PlainDisplay(Output, quiet) : new TerminalDisplay(Terminal, quiet);
}
