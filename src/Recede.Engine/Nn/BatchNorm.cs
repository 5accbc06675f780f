using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>Plain BatchNorm: y = gamma * (x - mean) / sqrt(var + eps) + beta; gamma starts at 0.5, beta at 0.</summary>
public sealed class BatchNorm : NormLayer
{
    private const float InitialScale = 0.5f;
    private readonly Parameter[] _parameters;

    /// <summary>Makes the layer.</summary>
    /// <param name="device">Where its parameters lie.</param>
    /// <param name="path">Its path.</param>
    /// <param name="space">The space it lives in.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    public BatchNorm(Device device, string path, ChannelSpace space, bool relu)
        : base(device, path, space, ParameterRole.Scale, relu)
    {
        try
        {
            Initializer.Constant(Scale, InitialScale);
            Shift = new Parameter(device, $"{path}.bias", ParameterRole.Shift, Shape.Vector(space.Width), space);
        }
        catch
        {
            DisposeCommon();
            throw;
        }

        _parameters = [Scale, Shift, RunningMean, RunningVariance];
    }

    /// <summary>The shift beta [1, 1, 1, C].</summary>
    public Parameter Shift { get; }

    /// <inheritdoc/>
    public override string TypeName => "batch-norm";

    internal static BatchNorm Read(ModuleReader reader) =>
        new(reader.Device, reader.Path, ReadSpace(reader, "bias"), reader.Flag("relu"));

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> OwnParameters => _parameters;

    /// <summary>Magnitudes |gamma|, one a channel.</summary>
    public override float[] ChannelScores() => Array.ConvertAll(Scale.ToArray(), Math.Abs);

    private protected override double[] Factors() => Array.ConvertAll(Scale.ToArray(), static gamma => (double)gamma);

    private protected override float[] Shifts() => Shift.ToArray();

    private protected override Tensor Normalize(Tape tape, Tensor x, Tensor residual) => tape.BatchNorm(
        x, tape.Bind(Scale), tape.Bind(Shift), tape.Bind(RunningMean), tape.Bind(RunningVariance), Arguments, residual);
}
