using System.CommandLine;

namespace Recede.Trainer.Options;

/// <summary>Options that the help lists together.</summary>
internal sealed record OptionGroup(string Title, IReadOnlyList<Option> Options);
