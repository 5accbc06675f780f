namespace Recede.Trainer.Options;

/// <summary>The settings of a command that trains.</summary>
internal interface IRunSettings
{
    /// <summary>What a run cannot be gone on with otherwise: each option, or argument, with its value as text.</summary>
    IEnumerable<(string Option, string Value)> Values { get; }
}
