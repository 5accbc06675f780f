using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>A linear layer whose values never change.</summary>
internal sealed class FrozenLinear : Module
{
    private readonly Parameter _weight;
    private readonly Parameter _bias;
    private readonly Parameter[] _parameters;

    public FrozenLinear(Linear linear, FrozenParameters parameters)
        : base(linear.Path)
    {
        _weight = parameters.Copy(linear.Weight);
        _bias = parameters.Copy(linear.Bias);
        _parameters = [_weight, _bias];
    }

    public override IReadOnlyList<Parameter> OwnParameters => _parameters;

    public override Tensor Forward(Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        tape.Scope = Path;
        return tape.Linear(x, tape.Bind(_weight), tape.Bind(_bias));
    }

    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers)
    {
        var (outputs, inputs) = (_weight.Shape.N, _weight.Shape.C);
        return input.WithN(1) == Shape.Vector(inputs)
            ? Traced(input, input.WithC(outputs), layers, (long)inputs * outputs)
            : throw new ShapeMismatchException($"{this}: reads [N,1,1,{inputs}], x is {input}.");
    }
}
