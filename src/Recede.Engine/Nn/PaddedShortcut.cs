using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>
/// Option A of the CIFAR ResNet (He et al. 2015): every stride-th pixel, and zero channels, half of them before and half
/// after (an odd one behind). It has no parameters.
/// </summary>
public sealed class PaddedShortcut : Module
{
    private readonly ChannelSpace _input;
    private readonly ChannelSpace _output;
    private readonly int _stride;
    private ChannelIndexMap? _map;

    /// <summary>Makes the shortcut.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="input">The space it reads.</param>
    /// <param name="output">The wider space of the residual stream that it joins.</param>
    /// <param name="stride">Step between the pixels that it takes.</param>
    public PaddedShortcut(string path, ChannelSpace input, ChannelSpace output, int stride)
        : base(path)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        if (output.Width < input.Width || input.CanNarrow || output.CanNarrow)
        {
            throw new ArgumentException($"{this}: goes from a residual stream to one at least as wide, neither prunable; got {input}, {output}.");
        }

        _input = input;
        _output = output;
        _stride = stride;
    }

    /// <inheritdoc/>
    public override string TypeName => "padded-shortcut";

    /// <inheritdoc/>
    public override void Describe(ModuleWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("input", _input);
        writer.Write("output", _output);
        writer.Write("stride", _stride);
    }

    internal static PaddedShortcut Read(ModuleReader reader) =>
        new(reader.Path, reader.Space("input"), reader.Space("output"), reader.Integer("stride", 1));

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        tape.Scope = Path;
        return tape.ChannelMap(x, _map ?? LazyInitializer.EnsureInitialized(ref _map, MakeMap), _stride);
    }

    /// <inheritdoc/>
    public override ChannelSpace? SpaceAfter(ChannelSpace? input)
    {
        CheckSpace(input, _input);
        return _output;
    }

    /// <inheritdoc/>
    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers)
    {
        ArgumentNullException.ThrowIfNull(widths);
        CheckChannels(input, _input, widths);
        var output = new Shape(
            input.N, (input.H + _stride - 1) / _stride, (input.W + _stride - 1) / _stride, widths.Of(_output));
        return Traced(input, output, layers);
    }

    // Made when it is first needed: no parameter in a file vouches for the widths.
    private ChannelIndexMap MakeMap()
    {
        var before = (_output.Width - _input.Width) / 2;
        return ChannelIndexMap.Padded(_input.Width, before, _output.Width - _input.Width - before);
    }
}
