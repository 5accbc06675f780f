using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>Mean over all pixels: [N, H, W, C] to [N, 1, 1, C].</summary>
public sealed class GlobalAveragePool(string path) : Module(path)
{
    /// <inheritdoc/>
    public override string TypeName => "global-average-pool";

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        tape.Scope = Path;
        return tape.GlobalAveragePool(x);
    }

    /// <inheritdoc/>
    public override ChannelSpace? SpaceAfter(ChannelSpace? input) => input;

    /// <inheritdoc/>
    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers) =>
        Traced(input, input with { H = 1, W = 1 }, layers);
}
