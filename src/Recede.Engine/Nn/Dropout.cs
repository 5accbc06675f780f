using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>Drops values at random while training and scales the rest by 1 / (1 - rate); does nothing otherwise.</summary>
public sealed class Dropout(string path, float rate) : Module(path)
{
    /// <summary>Share of values that are dropped, in [0, 1).</summary>
    public float Rate { get; } = rate is >= 0 and < 1
        ? rate
        : throw new ArgumentOutOfRangeException(nameof(rate), rate, $"Dropout {path}: the rate is in [0, 1).");

    /// <inheritdoc/>
    public override string TypeName => "dropout";

    /// <inheritdoc/>
    public override void Describe(ModuleWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write("rate", Rate);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        tape.Scope = Path;
        return tape.Dropout(x, Rate);
    }

    /// <inheritdoc/>
    public override ChannelSpace? SpaceAfter(ChannelSpace? input) => input;

    /// <inheritdoc/>
    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers) =>
        Traced(input, input, layers);
}
