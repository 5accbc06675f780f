using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>
/// How wide each channel space is: as it is now, or as it would be with some channels removed. Costs are computed under
/// it, so that a pruning plan can tell what it saves before anything is changed.
/// </summary>
public sealed class ChannelWidths
{
    private readonly IReadOnlyDictionary<ChannelSpace, int[]>? _kept;

    /// <summary>Widths as if only <paramref name="kept"/> stayed of the spaces in it.</summary>
    public ChannelWidths(IReadOnlyDictionary<ChannelSpace, int[]> kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        _kept = kept;
    }

    private ChannelWidths()
    {
    }

    /// <summary>The widths as they are.</summary>
    public static ChannelWidths Current { get; } = new();

    /// <summary>Width of a space.</summary>
    public int Of(ChannelSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (_kept is null)
        {
            return space.Width;
        }

        if (!space.IsDerived)
        {
            return _kept.TryGetValue(space, out var kept) ? kept.Length : space.Width;
        }

        var width = 0;
        foreach (var source in space.Sources)
        {
            width += Of(source);
        }

        return width * space.Repeats;
    }

    /// <summary>Shape of a parameter.</summary>
    public Shape Of(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var shape = parameter.Shape;
        if (parameter.Layout == TensorLayout.Activation)
        {
            return parameter.OutputSpace is null ? shape : Shape.Vector(Of(parameter.OutputSpace));
        }

        return new Shape(
            parameter.OutputSpace is null ? shape.N : Of(parameter.OutputSpace),
            shape.H,
            shape.W,
            parameter.InputSpace is null ? shape.C : Of(parameter.InputSpace));
    }
}
