using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>Convolution layer; weight [C_out, KH, KW, C_in / groups], initialised N(0, sqrt(2 / (KH*KW*C_out))).</summary>
public sealed class Conv2d : Module, IDisposable
{
    private readonly Conv2dOptions _options;
    private readonly Parameter[] _parameters;

    /// <summary>Makes the layer.</summary>
    /// <param name="device">Where its parameters lie.</param>
    /// <param name="path">Its path; its weight is "path.weight".</param>
    /// <param name="input">The space it reads.</param>
    /// <param name="output">The space it writes; with groups equal to both widths (depthwise) the same space.</param>
    /// <param name="options">Kernel, stride, padding, dilation, groups, bias.</param>
    /// <param name="seed">Seed of the initial weights; null leaves zeros.</param>
    /// <exception cref="ArgumentException">The options and spaces do not fit.</exception>
    public Conv2d(Device device, string path, ChannelSpace input, ChannelSpace output, Conv2dOptions options, ulong? seed = 0)
        : base(path)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate(path, input, output);
        _options = options;
        Input = input;
        Output = output;
        var shape = new Shape(output.Width, options.KernelHeight, options.KernelWidth, input.Width / options.Groups);
        Weight = new Parameter(
            device, $"{path}.weight", ParameterRole.Weight, shape, output, options.Groups == 1 ? input : null);
        try
        {
            if (seed is { } drawn)
            {
                Initializer.Normal(Weight, Math.Sqrt(2.0 / ((long)shape.H * shape.W * shape.N)), drawn);
            }

            Bias = options.Bias
                ? new Parameter(device, $"{path}.bias", ParameterRole.Bias, Shape.Vector(output.Width), output)
                : null;
        }
        catch
        {
            Weight.Dispose();
            throw;
        }

        _parameters = Bias is null ? [Weight] : [Weight, Bias];
    }

    /// <summary>The space it reads.</summary>
    public ChannelSpace Input { get; }

    /// <summary>The space it writes.</summary>
    public ChannelSpace Output { get; }

    /// <summary>Weight [C_out, KH, KW, C_in / groups].</summary>
    public Parameter Weight { get; }

    /// <summary>Bias [1, 1, 1, C_out], or null.</summary>
    public Parameter? Bias { get; }

    /// <summary>Kernel, stride, padding, dilation, groups, bias.</summary>
    public Conv2dOptions Options => _options;

    /// <inheritdoc/>
    public override IReadOnlyList<Parameter> OwnParameters => _parameters;

    /// <summary>Set by a container when a norm follows: the convolution then returns its output's moments too.</summary>
    public bool FeedsNorm { get; internal set; }

    /// <inheritdoc/>
    public override string TypeName => "conv2d";

    /// <inheritdoc/>
    public override void Describe(ModuleWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("input", Input);
        writer.Write("output", Output);
        writer.Write("kernelHeight", _options.KernelHeight);
        writer.Write("kernelWidth", _options.KernelWidth);
        writer.Write("stride", _options.Stride);
        writer.Write("paddingHeight", _options.PaddingHeight);
        writer.Write("paddingWidth", _options.PaddingWidth);
        writer.Write("dilation", _options.Dilation);
        writer.Write("groups", GroupsAt(Input.Width));
        writer.Write("bias", _options.Bias);
    }

    internal static Conv2d Read(ModuleReader reader)
    {
        var (input, output) = (reader.Space("input"), reader.Space("output"));
        var options = new Conv2dOptions(
            reader.Integer("kernelHeight", 1),
            reader.Integer("kernelWidth", 1),
            reader.Integer("stride", 1),
            reader.Integer("paddingHeight"),
            reader.Integer("paddingWidth"),
            reader.Integer("dilation", 1),
            reader.Integer("groups", 1),
            reader.Flag("bias"));
        options.Validate(reader.Path, input, output);
        reader.Expect(
            $"{reader.Path}.weight",
            new Shape(output.Width, options.KernelHeight, options.KernelWidth, input.Width / options.Groups));
        if (options.Bias)
        {
            reader.Expect($"{reader.Path}.bias", Shape.Vector(output.Width));
        }

        return new Conv2d(reader.Device, reader.Path, input, output, options, seed: null);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        tape.Scope = Path;
        var bias = Bias is null ? Tensor.None : tape.Bind(Bias);
        return tape.Conv2d(x, tape.Bind(Weight), bias, Arguments());
    }

    /// <inheritdoc/>
    public override Module Freeze(FrozenParameters parameters) => new FrozenConv2d(this, Arguments(), parameters);

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
        var outputs = widths.Of(Output);
        var weight = new Shape(outputs, _options.KernelHeight, _options.KernelWidth, input.C / GroupsAt(input.C));
        var output = _options.OutputOf(this, input, outputs);
        return Traced(input, output, layers, (long)output.H * output.W * weight.Count);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Weight.Dispose();
        Bias?.Dispose();
    }

    // A depthwise convolution has as many groups as its space is wide, also after pruning.
    private int GroupsAt(int inputs) => ReferenceEquals(Input, Output) && _options.Groups > 1 ? inputs : _options.Groups;

    private Conv2dArguments Arguments() => new(
        _options.Stride,
        _options.Stride,
        _options.PaddingHeight,
        _options.PaddingWidth,
        _options.Dilation,
        _options.Dilation,
        GroupsAt(Input.Width),
        FeedsNorm);
}
