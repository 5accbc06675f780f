using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>
/// A norm whose values never change, where no convolution stands before it that could take it up (it follows a concatenation, or a
/// convolution's ReLU). Bounded or plain, it is the plain norm with the factor that its layer had.
/// </summary>
internal sealed class FrozenNorm : Module
{
    private readonly NormArguments _arguments;
    private readonly Parameter _factor;
    private readonly Parameter _shift;
    private readonly Parameter _mean;
    private readonly Parameter _variance;
    private readonly Parameter[] _parameters;

    /// <param name="norm">What is frozen.</param>
    /// <param name="arguments">What it tells the op.</param>
    /// <param name="factors">What each normalised channel is multiplied by.</param>
    /// <param name="shifts">What is added then.</param>
    /// <param name="parameters">Who owns its parameters.</param>
    public FrozenNorm(NormLayer norm, in NormArguments arguments, double[] factors, float[] shifts, FrozenParameters parameters)
        : base(norm.Path)
    {
        _arguments = arguments;
        var shape = Shape.Vector(factors.Length);
        _factor = parameters.Make(
            $"{Path}.weight", ParameterRole.Scale, shape, Array.ConvertAll(factors, static factor => (float)factor));
        _shift = parameters.Make($"{Path}.bias", ParameterRole.Shift, shape, shifts);
        _mean = parameters.Copy(norm.RunningMean);
        _variance = parameters.Copy(norm.RunningVariance);
        _parameters = [_factor, _shift, _mean, _variance];
    }

    public override IReadOnlyList<Parameter> OwnParameters => _parameters;

    public override Tensor Forward(Tape tape, Tensor x) => Forward(tape, x, Tensor.None);

    public override Tensor Forward(Tape tape, Tensor x, Tensor residual)
    {
        ArgumentNullException.ThrowIfNull(tape);
        tape.Scope = Path;
        return tape.BatchNorm(
            x, tape.Bind(_factor), tape.Bind(_shift), tape.Bind(_mean), tape.Bind(_variance), _arguments, residual);
    }

    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers) => input.C == _factor.Shape.C
        ? Traced(input, input, layers)
        : throw new ShapeMismatchException($"{this}: has {_factor.Shape.C} channels, x {input} has {input.C}.");
}
