using Recede.Engine.Devices;

namespace Recede.Engine.Core;

/// <summary>
/// A handle to a tensor of one step of a <see cref="Tape"/>. It holds no memory: the tape does, and reuses it after the
/// tensor's last reader. Using a handle after its step ended throws an error that names the tensor.
/// </summary>
public readonly struct Tensor : IEquatable<Tensor>
{
    internal Tensor(Tape tape, int slot, int generation)
    {
        Tape = tape;
        Slot = slot;
        Generation = generation;
    }

    /// <summary>No tensor, for an operand that is left out.</summary>
    public static Tensor None => default;

    /// <summary>True when this is <see cref="None"/>.</summary>
    public bool IsNone => Tape is null;

    /// <summary>Logical shape [N, H, W, C].</summary>
    /// <exception cref="InvalidOperationException">The tensor's step has ended, or this is <see cref="None"/>.</exception>
    public Shape Shape => Owner().SlotOf(this).Shape;

    /// <summary>Path of the layer, or name of the op, that made it.</summary>
    public string Name => Owner().SlotOf(this).Name;

    internal Tape? Tape { get; }

    internal int Slot { get; }

    internal int Generation { get; }

    /// <summary>Equality of handles.</summary>
    public static bool operator ==(Tensor left, Tensor right) => left.Equals(right);

    /// <summary>Inequality of handles.</summary>
    public static bool operator !=(Tensor left, Tensor right) => !left.Equals(right);

    /// <summary>Copies the values to a new array in row-major order [N, H, W, C].</summary>
    public float[] ToArray()
    {
        var values = new float[Shape.Count];
        Owner().Read(this, values);
        return values;
    }

    /// <summary>The value of a scalar [1, 1, 1, 1].</summary>
    public float Item()
    {
        Span<float> value = stackalloc float[1];
        Owner().Read(this, value);
        return value[0];
    }

    /// <inheritdoc/>
    public bool Equals(Tensor other) => ReferenceEquals(Tape, other.Tape) && Slot == other.Slot && Generation == other.Generation;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Slot, Generation);

    private Tape Owner() => Tape ?? throw new InvalidOperationException("Tensor.None has no value.");
}
