using System.Buffers;
using Recede.Engine.Core;
using Recede.Engine.Nn;

namespace Recede.Engine.Training;

/// <summary>A penalty on the scales of a network's norms of one kind, added to the loss.</summary>
public abstract record ScalePenalty
{
    /// <summary>The scales that it is defined for: <see cref="ParameterRole.BoundedScale"/> or <see cref="ParameterRole.Scale"/>.</summary>
    protected abstract ParameterRole Role { get; }

    /// <summary>The penalty on every norm of its kind in a network, as a scalar of the step to add to the loss.</summary>
    /// <exception cref="ArgumentException">The network has no such norm.</exception>
    public Tensor On(Tape tape, Network network)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(network);
        var norms = network.Norms;
        var scales = ArrayPool<Tensor>.Shared.Rent(norms.Count);
        try
        {
            var count = 0;
            for (var i = 0; i < norms.Count; i++)
            {
                if (norms[i].Scale.Role == Role)
                {
                    scales[count++] = tape.Bind(norms[i].Scale);
                }
            }

            if (count == 0)
            {
                throw new ArgumentException($"{this} acts on scales of the role {Role}, and {network.Name} has none.", nameof(network));
            }

            tape.Scope = "penalty";
            return Apply(tape, scales.AsSpan(0, count));
        }
        finally
        {
            // Handles of a past step must not keep their tape alive.
            ArrayPool<Tensor>.Shared.Return(scales, clearArray: true);
        }
    }

    /// <summary>The penalty on some scales.</summary>
    /// <param name="tape">The tape of the step.</param>
    /// <param name="scales">Scales of norms, [1, 1, 1, C] each.</param>
    public abstract Tensor Apply(Tape tape, ReadOnlySpan<Tensor> scales);
}
