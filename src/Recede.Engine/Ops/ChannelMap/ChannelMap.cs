using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <summary>Moves channels: the padded shortcut of a CIFAR ResNet, masks.</summary>
public static class ChannelMapOp
{
    /// <summary>
    /// y[n, h, w, c] = x[n, h*s, w*s, map[c]], or 0 where map[c] is -1. dL/dx[..., i] sums dL/dy over the outputs that
    /// read channel i, in their order. Deterministic.
    /// </summary>
    /// <param name="tape">The tape of the step.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="map">Input channel of each output channel, or -1.</param>
    /// <param name="stride">s: every s-th row and column is kept, starting with the first.</param>
    /// <returns>[N, ceil(H/s), ceil(W/s), map.Outputs].</returns>
    /// <exception cref="ShapeMismatchException">The map reads a channel that x has not.</exception>
    public static Tensor ChannelMap(this Tape tape, Tensor x, ChannelIndexMap map, int stride = 1)
    {
        ArgumentNullException.ThrowIfNull(tape);
        ArgumentNullException.ThrowIfNull(map);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        return tape.Record(ChannelMapRule.Instance, new ChannelMapArguments(map, stride), [x]);
    }
}
