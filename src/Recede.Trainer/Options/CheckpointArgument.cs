using System.CommandLine;

namespace Recede.Trainer.Options;

/// <summary>The FILE of the commands that take a checkpoint.</summary>
internal static class CheckpointArgument
{
    private const string Name = "FILE";
    private const string Description = "the checkpoint";

    /// <summary>One that must be given.</summary>
    public static Argument<string> Required() => Checked(new Argument<string>(Name) { Description = Description });

    /// <summary>One that need not be given where the command line says which it was.</summary>
    public static Argument<string?> Optional() =>
        Checked(new Argument<string?>(Name) { Description = Description, Arity = ArgumentArity.ZeroOrOne });

    private static Argument<T> Checked<T>(Argument<T> argument)
    {
        argument.Validators.Add(LineErrors.RefuseOptions);
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: "" }])
            {
                result.AddError($"{Name} '': expected a checkpoint");
            }
        });
        return argument;
    }
}
