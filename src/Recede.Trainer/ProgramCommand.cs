using System.CommandLine;
using Recede.Trainer.Options;

namespace Recede.Trainer;

/// <summary>A command of the program: what it is called, what its help says, what it does.</summary>
internal abstract class ProgramCommand
{
    /// <summary>Its name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>One line for the program's help.</summary>
    public abstract string Summary { get; }

    /// <summary>What its help says before the options.</summary>
    public abstract string Introduction { get; }

    /// <summary>What its help says behind them.</summary>
    public virtual string Conclusion => "";

    /// <summary>Whether its help lists the presets.</summary>
    public virtual bool HasPresets => false;

    /// <summary>Its argument; null for none.</summary>
    public virtual Argument? File => null;

    /// <summary>Its options as the help groups them.</summary>
    public virtual IReadOnlyList<OptionGroup> Groups => [];

    /// <summary>Does it.</summary>
    /// <param name="line">A command line without errors.</param>
    /// <param name="invocation">Where it is done.</param>
    public abstract void Execute(ParseResult line, Invocation invocation);
}
