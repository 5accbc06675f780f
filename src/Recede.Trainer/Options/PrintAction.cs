using System.CommandLine;
using System.CommandLine.Invocation;

namespace Recede.Trainer.Options;

/// <summary>Prints a text instead of running a command: the help, the version.</summary>
internal sealed class PrintAction(Action<TextWriter, Command> print) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        print(parseResult.InvocationConfiguration.Output, parseResult.CommandResult.Command);
        return ExitCode.Success;
    }
}
