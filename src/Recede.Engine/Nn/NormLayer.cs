using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>
/// A norm over the channels of one space, with the ReLU and the residual addition that may follow fused in. Its scale
/// is what pruning scores channels by.
/// </summary>
public abstract class NormLayer : Module, IDisposable
{
    private ChannelIndexMap? _mask;

    private protected NormLayer(Device device, string path, ChannelSpace space, ParameterRole scaleRole, bool relu)
        : base(path)
    {
        ArgumentNullException.ThrowIfNull(space);
        Space = space;
        Relu = relu;
        var shape = Shape.Vector(space.Width);
        Scale = new Parameter(device, $"{path}.weight", scaleRole, shape, space);
        try
        {
            RunningMean = new Parameter(device, $"{path}.running_mean", ParameterRole.RunningMean, shape, space);
            RunningVariance = new Parameter(device, $"{path}.running_var", ParameterRole.RunningVariance, shape, space);
            Initializer.Constant(RunningVariance, 1);
        }
        catch
        {
            DisposeCommon();
            throw;
        }
    }

    /// <summary>Added to the variance: 1e-5.</summary>
    public static float Epsilon => 1e-5f;

    /// <summary>How fast the running statistics follow: 0.1.</summary>
    public static float StatisticsMomentum => 0.1f;

    /// <summary>The space it lives in.</summary>
    public ChannelSpace Space { get; }

    /// <summary>Whether a ReLU follows, after the residual addition if there is one.</summary>
    public bool Relu { get; }

    /// <summary>The scale: w of a bounded norm, gamma of a plain one; [1, 1, 1, C].</summary>
    public Parameter Scale { get; }

    /// <summary>Running mean [1, 1, 1, C].</summary>
    public Parameter RunningMean { get; }

    /// <summary>Running unbiased variance [1, 1, 1, C].</summary>
    public Parameter RunningVariance { get; }

    /// <summary>
    /// Channels whose activation after this norm and its ReLU is set to zero: the index of each channel that stays, -1 for
    /// one that does not. Null masks nothing. A masked network computes what the pruned one would.
    /// </summary>
    public ChannelIndexMap? Mask
    {
        get => _mask;
        set
        {
            if (value is not null && value.Outputs != Space.Width)
            {
                throw new ArgumentException($"{this}: a mask of {value.Outputs} channels does not fit space {Space}.", nameof(value));
            }

            _mask = value;
        }
    }

    /// <summary>What the layer tells the op.</summary>
    protected NormArguments Arguments => new(Epsilon, StatisticsMomentum, Relu);

    /// <summary>The importance or magnitude that pruning ranks channels by: sigmoid(w), or |gamma|.</summary>
    public abstract float[] ChannelScores();

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The norm is masked.</exception>
    public override void Describe(ModuleWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        RefuseMask("saved");
        writer.Write("space", Space);
        writer.Write("relu", Relu);
    }

    /// <summary>The space that a saved norm lives in, with all its vectors in the file.</summary>
    private protected static ChannelSpace ReadSpace(ModuleReader reader, params ReadOnlySpan<string> vectors)
    {
        var space = reader.Space("space");
        foreach (var vector in (ReadOnlySpan<string>)[.. vectors, "weight", "running_mean", "running_var"])
        {
            reader.Expect($"{reader.Path}.{vector}", Shape.Vector(space.Width));
        }

        return space;
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x) => Forward(tape, x, Tensor.None);

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x, Tensor residual)
    {
        ArgumentNullException.ThrowIfNull(tape);
        tape.Scope = Path;
        var y = Normalize(tape, x, residual);
        if (_mask is null)
        {
            return y;
        }

        var masked = tape.ChannelMap(y, _mask);
        tape.Release(y);
        return masked;
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The norm is masked.</exception>
    public override Module Freeze(FrozenParameters parameters)
    {
        RefuseMask("frozen");
        return new FrozenNorm(this, Arguments, Factors(), Shifts(), parameters);
    }

    /// <inheritdoc/>
    public override ChannelSpace? SpaceAfter(ChannelSpace? input)
    {
        CheckSpace(input, Space);
        return Space;
    }

    /// <inheritdoc/>
    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers)
    {
        CheckChannels(input, Space, widths);
        return Traced(input, input, layers);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var parameter in OwnParameters)
        {
            parameter.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    internal override bool FoldInto(Module before)
    {
        RefuseMask("frozen");
        var (factors, shifts) = (Factors(), Shifts());
        var (means, variances) = (RunningMean.ToArray(), RunningVariance.ToArray());
        var offsets = new double[factors.Length];
        for (var c = 0; c < factors.Length; c++)
        {
            factors[c] /= Math.Sqrt((double)variances[c] + Epsilon);
            offsets[c] = shifts[c] - (factors[c] * means[c]);
        }

        return before.Fold(new ChannelAffine(factors, offsets, Relu));
    }

    /// <summary>Frees what every norm has, where a constructor fails before <see cref="Module.OwnParameters"/> is there.</summary>
    private protected void DisposeCommon()
    {
        Scale.Dispose();
        RunningMean?.Dispose();
        RunningVariance?.Dispose();
    }

    private protected abstract Tensor Normalize(Tape tape, Tensor x, Tensor residual);

    /// <summary>What each normalised channel is multiplied by.</summary>
    private protected abstract double[] Factors();

    /// <summary>What is added to each channel then.</summary>
    private protected abstract float[] Shifts();

    private void RefuseMask(string done)
    {
        if (_mask is not null)
        {
            throw new NotSupportedException($"{this} is masked, and a mask is not {done}: take it off, or prune what it masks.");
        }
    }
}
