using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>
/// A convolution for inference, with the norm that followed it folded into filters and bias: y = [relu](x * w + bias [+ residual])
/// in one pass over memory. Its values never change once its network is frozen.
/// </summary>
internal sealed class FrozenConv2d : Module
{
    private readonly Conv2dOptions _options;
    private readonly Parameter _weight;
    private readonly Parameter _bias;
    private readonly Parameter[] _parameters;
    private Conv2dArguments _arguments;

    /// <param name="conv">What is frozen.</param>
    /// <param name="arguments">What it tells the op.</param>
    /// <param name="parameters">Who owns its parameters.</param>
    public FrozenConv2d(Conv2d conv, in Conv2dArguments arguments, FrozenParameters parameters)
        : base(conv.Path)
    {
        _options = conv.Options;
        _arguments = arguments with { Moments = false };
        _weight = parameters.Copy(conv.Weight);
        var shape = Shape.Vector(_weight.OutputChannels);
        var bias = conv.Bias?.ToArray() ?? new float[shape.C];
        _bias = parameters.Make($"{conv.Path}.bias", ParameterRole.Bias, shape, bias);
        _parameters = [_weight, _bias];
    }

    public override IReadOnlyList<Parameter> OwnParameters => _parameters;

    public override Tensor Forward(Tape tape, Tensor x) => Forward(tape, x, Tensor.None);

    public override Tensor Forward(Tape tape, Tensor x, Tensor residual)
    {
        ArgumentNullException.ThrowIfNull(tape);
        tape.Scope = Path;
        return tape.Conv2d(x, tape.Bind(_weight), tape.Bind(_bias), _arguments, residual);
    }

    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers)
    {
        var channels = _weight.Shape.C * _arguments.Groups;
        if (input.C != channels)
        {
            throw new ShapeMismatchException($"{this}: reads {channels} channels, x {input} has {input.C}.");
        }

        var output = _options.OutputOf(this, input, _weight.OutputChannels);
        return Traced(input, output, layers, (long)output.H * output.W * _weight.Shape.Count);
    }

    // In double, and each value rounded once.
    internal override bool Fold(ChannelAffine norm)
    {
        if (_arguments.Relu)
        {
            return false;
        }

        var (weight, bias) = (_weight.ToArray(), _bias.ToArray());
        var filter = weight.Length / bias.Length;
        for (var o = 0; o < bias.Length; o++)
        {
            foreach (ref var value in weight.AsSpan(o * filter, filter))
            {
                value = (float)(value * norm.Scale[o]);
            }

            bias[o] = (float)((bias[o] * norm.Scale[o]) + norm.Offset[o]);
        }

        _weight.Set(weight);
        _bias.Set(bias);
        _arguments = _arguments with { Relu = norm.Relu };
        return true;
    }
}
