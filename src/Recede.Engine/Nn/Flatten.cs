using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>[N, H, W, C] to [N, 1, 1, H*W*C], in the order row, column, channel.</summary>
public sealed class Flatten(string path) : Module(path)
{
    /// <inheritdoc/>
    public override string TypeName => "flatten";

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        tape.Scope = Path;
        return tape.Flatten(x);
    }

    /// <inheritdoc/>
    public override ChannelSpace? SpaceAfter(ChannelSpace? input) => input?.RepeatedAnyTimes(Path);

    /// <inheritdoc/>
    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers) =>
        Traced(input, new Shape(input.N, 1, 1, input.H * input.W * input.C), layers);
}
