using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>
/// A network for inference alone, with parameters of its own: what <see cref="Network.Freeze"/> makes of a network as it is at that
/// moment. A norm that follows a convolution is folded into its filters and bias, in double precision (w' = a w,
/// b' = a (b - mean) + shift, a = factor / sqrt(variance + epsilon)), and the convolution adds the residual and rectifies while its
/// sums are in cache: no pass over memory is spent on norm, addition or ReLU. What is saved is the network, not this.
/// </summary>
/// <remarks>Several threads may run it at once, each with a tape of its own. A warm pass allocates nothing.</remarks>
public sealed class FrozenNetwork : IDisposable
{
    private readonly FrozenParameters _parameters;
    private readonly Module _root;

    internal FrozenNetwork(Network network)
    {
        Name = network.Name;
        ImageShape = network.ImageShape;
        _parameters = new FrozenParameters(network.Device);
        try
        {
            _root = network.Root.Freeze(_parameters);
            OutputShape = _root.Trace(ImageShape, ChannelWidths.Current, []);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Its name: that of the network.</summary>
    public string Name { get; }

    /// <summary>Where its parameters lie.</summary>
    public Device Device => _parameters.Device;

    /// <summary>Shape [1, H, W, C] of one image.</summary>
    public Shape ImageShape { get; }

    /// <summary>Shape [1, 1, 1, classes] of one image's output.</summary>
    public Shape OutputShape { get; }

    /// <summary>Runs the network.</summary>
    /// <param name="tape">The tape of an inference step.</param>
    /// <param name="x">Images [N, H, W, C], released once read.</param>
    /// <returns>Logits [N, 1, 1, classes].</returns>
    /// <exception cref="InvalidOperationException">The step is one of training.</exception>
    /// <exception cref="ShapeMismatchException">The images have another shape.</exception>
    public Tensor Forward(Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        if (tape.Training)
        {
            throw new InvalidOperationException($"{Name} is frozen, for inference alone: begin the step with training: false.");
        }

        return Network.Run(Name, _root, ImageShape, tape, x);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}, frozen";

    /// <inheritdoc/>
    public void Dispose() => _parameters.Dispose();
}
