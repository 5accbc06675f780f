using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>The largest value of every window.</summary>
public sealed class MaxPool2d(string path, int kernel, int stride, int padding = 0) : Module(path)
{
    private readonly Pool2dArguments _arguments = Pool2dArguments.Square(kernel, stride, padding);

    /// <inheritdoc/>
    public override string TypeName => "max-pool";

    /// <inheritdoc/>
    public override void Describe(ModuleWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("kernel", kernel);
        writer.Write("stride", stride);
        writer.Write("padding", padding);
    }

    internal static MaxPool2d Read(ModuleReader reader) =>
        new(reader.Path, reader.Integer("kernel", 1), reader.Integer("stride", 1), reader.Integer("padding"));

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        tape.Scope = Path;
        return tape.MaxPool2d(x, _arguments);
    }

    /// <inheritdoc/>
    public override ChannelSpace? SpaceAfter(ChannelSpace? input) => input;

    /// <inheritdoc/>
    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers)
    {
        if (Math.Min(input.H, input.W) + 2 * padding < kernel)
        {
            throw new ShapeMismatchException($"{this}: a window of {kernel} does not fit x {input} with padding {padding}.");
        }

        var output = input with { H = (input.H + 2 * padding - kernel) / stride + 1, W = (input.W + 2 * padding - kernel) / stride + 1 };
        return Traced(input, output, layers);
    }
}
