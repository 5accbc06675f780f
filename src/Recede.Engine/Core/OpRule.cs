namespace Recede.Engine.Core;

/// <summary>
/// One op: a rule object without state. <see cref="OpRule{TArgs}"/> is what ops derive from; this base is what a tape's
/// records hold.
/// </summary>
public abstract class OpRule
{
    private static int _rules;

    private protected OpRule(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        Id = Interlocked.Increment(ref _rules) - 1;
    }

    /// <summary>The op's name as errors tell it.</summary>
    public string Name { get; }

    /// <summary>Index of this rule's argument store in every tape.</summary>
    internal int Id { get; }

    internal abstract IArgumentStore CreateStore();

    internal abstract void Backward(Tape tape, int record);
}
