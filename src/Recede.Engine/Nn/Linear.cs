using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>Linear layer: x [N, 1, 1, in], weight [out, 1, 1, in] from N(0, 0.01), bias 0.</summary>
public sealed class Linear : Module, IDisposable
{
    private const double InitialDeviation = 0.01;
    private readonly Parameter[] _parameters;

    /// <summary>Makes the layer.</summary>
    /// <param name="device">Where its parameters lie.</param>
    /// <param name="path">Its path; its weight is "path.weight".</param>
    /// <param name="input">The space it reads.</param>
    /// <param name="output">The space it writes.</param>
    /// <param name="seed">Seed of the initial weights; null leaves zeros.</param>
    public Linear(Device device, string path, ChannelSpace input, ChannelSpace output, ulong? seed = 0)
        : base(path)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        Input = input;
        Output = output;
        var shape = new Shape(output.Width, 1, 1, input.Width);
        Weight = new Parameter(device, $"{path}.weight", ParameterRole.Weight, shape, output, input);
        try
        {
            if (seed is { } drawn)
            {
                Initializer.Normal(Weight, InitialDeviation, drawn);
            }

            Bias = new Parameter(device, $"{path}.bias", ParameterRole.Bias, Shape.Vector(output.Width), output);
        }
        catch
        {
            Weight.Dispose();
            throw;
        }

        _parameters = [Weight, Bias];
    }

    /// <summary>The space it reads.</summary>
    public ChannelSpace Input { get; }

    /// <summary>The space it writes.</summary>
    public ChannelSpace Output { get; }

    /// <summary>Weight [out, 1, 1, in].</summary>
    public Parameter Weight { get; }

    /// <summary>Bias [1, 1, 1, out].</summary>
    public Parameter Bias { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> OwnParameters => _parameters;

    /// <inheritdoc/>
    public override string TypeName => "linear";

    /// <inheritdoc/>
    public override void Describe(ModuleWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("input", Input);
        writer.Write("output", Output);
    }

    internal static Linear Read(ModuleReader reader)
    {
        var (input, output) = (reader.Space("input"), reader.Space("output"));
        reader.Expect($"{reader.Path}.weight", new Shape(output.Width, 1, 1, input.Width));
        reader.Expect($"{reader.Path}.bias", Shape.Vector(output.Width));
        return new Linear(reader.Device, reader.Path, input, output, seed: null);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        tape.Scope = Path;
        return tape.Linear(x, tape.Bind(Weight), tape.Bind(Bias));
    }

    /// <inheritdoc/>
    public override Module Freeze(FrozenParameters parameters) => new FrozenLinear(this, parameters);

    /// <inheritdoc/>
    public override ChannelSpace? SpaceAfter(ChannelSpace? input)
    {
        CheckSpace(input, Input);
        return Output;
    }

    /// <inheritdoc/>
    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers)
    {
        ArgumentNullException.ThrowIfNull(widths);
        CheckChannels(input, Input, widths);
        if (input.H != 1 || input.W != 1)
        {
            throw new ShapeMismatchException($"{this}: x is [N,1,1,in], got {input}; flatten or pool it first.");
        }

        var outputs = widths.Of(Output);
        return Traced(input, input.WithC(outputs), layers, (long)input.C * outputs);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Weight.Dispose();
        Bias.Dispose();
    }
}
