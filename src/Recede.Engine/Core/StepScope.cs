namespace Recede.Engine.Core;

/// <summary>A step under way; disposing it ends the step, makes its tensors stale and rewinds the arena.</summary>
public readonly struct StepScope : IDisposable, IEquatable<StepScope>
{
    private readonly Tape? _tape;
    private readonly int _generation;

    internal StepScope(Tape tape, int generation)
    {
        _tape = tape;
        _generation = generation;
    }

    /// <summary>Equality of handles.</summary>
    public static bool operator ==(StepScope left, StepScope right) => left.Equals(right);

    /// <summary>Inequality of handles.</summary>
    public static bool operator !=(StepScope left, StepScope right) => !left.Equals(right);

    /// <inheritdoc/>
    public void Dispose() => _tape?.EndStep(_generation);

    /// <inheritdoc/>
    public bool Equals(StepScope other) => ReferenceEquals(_tape, other._tape) && _generation == other._generation;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StepScope other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _generation;
}
