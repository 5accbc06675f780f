using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>max(x, 0), where no norm fuses it.</summary>
public sealed class Relu(string path) : Module(path)
{
    /// <inheritdoc/>
    public override string TypeName => "relu";

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        tape.Scope = Path;
        return tape.Relu(x);
    }

    /// <inheritdoc/>
    public override ChannelSpace? SpaceAfter(ChannelSpace? input) => input;

    /// <inheritdoc/>
    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers) =>
        Traced(input, input, layers);
}
