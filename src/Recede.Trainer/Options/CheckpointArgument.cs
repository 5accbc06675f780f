using System.CommandLine;

namespace Recede.Trainer.Options;

/// <summary>The FILE of the commands that take a checkpoint.</summary>
internal static class CheckpointArgument
{
    private const string Name = "FILE";

    /// <summary>One that must be given.</summary>
    public static Argument<string> Required() => new(Name);

    /// <summary>One that need not be given where the command line says which it was.</summary>
    public static Argument<string?> Optional() => new(Name) { Arity = ArgumentArity.ZeroOrOne };
}
