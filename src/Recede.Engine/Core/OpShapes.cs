using Recede.Engine.Devices;

namespace Recede.Engine.Core;

/// <summary>What an op's shape rule sees: the shapes of its inputs, and how to refuse them.</summary>
public readonly ref struct OpShapes
{
    private readonly Tape _tape;
    private readonly ReadOnlySpan<Tensor> _inputs;

    internal OpShapes(Tape tape, OpRule rule, ReadOnlySpan<Tensor> inputs)
    {
        _tape = tape;
        Rule = rule;
        _inputs = inputs;
    }

    /// <summary>Number of operands, absent ones included.</summary>
    public int Count => _inputs.Length;

    /// <summary>True while the tape records for a backward pass and norms use the batch's statistics.</summary>
    public bool Training => _tape.Training;

    /// <summary>What the device keeps activations as: the type of an output that follows from no activation.</summary>
    public ElementType ActivationType => _tape.Device.ActivationType;

    private OpRule Rule { get; }

    /// <summary>Shape of an operand.</summary>
    /// <exception cref="InvalidOperationException">The operand is <see cref="Tensor.None"/>.</exception>
    public Shape this[int input] => Operand(input).Shape;

    /// <summary>Whether an operand is there.</summary>
    public bool Has(int input) => !_inputs[input].IsNone;

    /// <summary>Layout of an operand.</summary>
    public TensorLayout Layout(int input) => Operand(input).Layout;

    /// <summary>Element type of an operand.</summary>
    public ElementType Type(int input) => Operand(input).Type;

    /// <summary>An error that names op and layer: "Conv2d layer2.0.conv1: message".</summary>
    public ShapeMismatchException Error(string message) => new($"{_tape.Place(Rule)}: {message}");

    private ref readonly Slot Operand(int input)
    {
        if (_inputs[input].IsNone)
        {
            throw new InvalidOperationException($"{_tape.Place(Rule)}: operand {input} is Tensor.None, where a tensor is needed.");
        }

        return ref _tape.SlotOf(_inputs[input]);
    }
}
