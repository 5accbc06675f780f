using System.Buffers;
using Recede.Engine.Core;
using Recede.Engine.Nn;

namespace Recede.Engine.Training;

/// <summary>A penalty on the scales of all norms of a network, added to the loss.</summary>
public abstract record ScalePenalty
{
    /// <summary>The penalty on every norm of a network, as a scalar of the step to add to the loss.</summary>
    public Tensor On(Tape tape, Network network)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(network);
        var norms = network.Norms;
        var scales = ArrayPool<Tensor>.Shared.Rent(norms.Count);
        try
        {
            for (var i = 0; i < norms.Count; i++)
            {
                scales[i] = tape.Bind(norms[i].Scale);
            }

            tape.Scope = "penalty";
            return Apply(tape, scales.AsSpan(0, norms.Count));
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
