using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>
/// Bounded BatchNorm (arXiv 2204.06404): y = sigmoid(w) * (x - mean) / sqrt(var + eps), no shift. sigmoid(w) in (0, 1) is
/// the channel's importance. w starts at N(0, 1).
/// </summary>
public sealed class BoundedBatchNorm : NormLayer
{
    private readonly Parameter[] _parameters;

    /// <summary>Makes the layer.</summary>
    /// <param name="device">Where its parameters lie.</param>
    /// <param name="path">Its path.</param>
    /// <param name="space">The space it lives in.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    /// <param name="seed">Seed of the initial scales; null leaves zeros.</param>
    public BoundedBatchNorm(Device device, string path, ChannelSpace space, bool relu, ulong? seed = 0)
        : base(device, path, space, ParameterRole.BoundedScale, relu)
    {
        try
        {
            if (seed is { } drawn)
            {
                Initializer.Normal(Scale, 1, drawn);
            }
        }
        catch
        {
            DisposeCommon();
            throw;
        }

        _parameters = [Scale, RunningMean, RunningVariance];
    }

    /// <inheritdoc/>
    public override string TypeName => "bounded-batch-norm";

    internal static BoundedBatchNorm Read(ModuleReader reader) =>
        new(reader.Device, reader.Path, ReadSpace(reader), reader.Flag("relu"), seed: null);

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> OwnParameters => _parameters;

    /// <summary>Importances sigmoid(w), one a channel.</summary>
    public override float[] ChannelScores() => Array.ConvertAll(Factors(), static importance => (float)importance);

    private protected override double[] Factors() => Array.ConvertAll(Scale.ToArray(), static w => Logistic.Sigmoid(w));

    private protected override float[] Shifts() => new float[Scale.Shape.C];

    private protected override Tensor Normalize(Tape tape, Tensor x, Tensor residual) => tape.BoundedBatchNorm(
        x, tape.Bind(Scale), tape.Bind(RunningMean), tape.Bind(RunningVariance), Arguments, residual);
}
