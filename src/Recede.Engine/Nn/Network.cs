using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>
/// A network: a tree of modules, the shape of the images that it takes, and what follows from both: its parameters,
/// spaces, norms and cost. It owns the memory of its parameters.
/// </summary>
public sealed class Network : IDisposable
{
    private readonly Module[] _modules;
    private readonly Parameter[] _parameters;
    private readonly NormLayer[] _norms;

    /// <summary>Makes a network and checks that every layer fits the one before.</summary>
    /// <param name="name">Its name: "resnet-56".</param>
    /// <param name="device">Where its parameters lie.</param>
    /// <param name="root">Its modules.</param>
    /// <param name="imageShape">Shape [1, H, W, C] of one image.</param>
    /// <exception cref="ShapeMismatchException">A layer reads another shape or space; nothing of the network is kept.</exception>
    /// <exception cref="ArgumentException">Two parameters or spaces have one name.</exception>
    public Network(string name, Device device, Module root, Shape imageShape)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(root);
        Name = name;
        Device = device;
        Root = root;
        ImageShape = imageShape.WithN(1);
        var modules = new List<Module>();
        root.Collect(modules);
        _modules = [.. modules];
        _parameters = [.. modules.SelectMany(m => m.OwnParameters)];
        _norms = [.. modules.OfType<NormLayer>()];
        try
        {
            CheckNames();
            root.SpaceAfter(null);
            OutputShape = OutputAt(ChannelWidths.Current);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Where its parameters lie.</summary>
    public Device Device { get; }

    /// <summary>Its modules.</summary>
    public Module Root { get; }

    /// <summary>Shape [1, H, W, C] of one image.</summary>
    public Shape ImageShape { get; }

    /// <summary>Shape [1, 1, 1, classes] of one image's output.</summary>
    public Shape OutputShape { get; }

    /// <summary>Every module, depth first.</summary>
    public IReadOnlyList<Module> Modules => _modules;

    /// <summary>Every parameter, running statistics included, in the order of the modules.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Every norm, in order.</summary>
    public IReadOnlyList<NormLayer> Norms => _norms;

    /// <summary>The norms whose space may lose channels: what pruning scores.</summary>
    public IEnumerable<NormLayer> PrunableNorms => _norms.Where(n => n.Space.Prunable);

    /// <summary>Runs the network.</summary>
    /// <param name="tape">The tape of the step.</param>
    /// <param name="x">Images [N, H, W, C], released once read.</param>
    /// <returns>Logits [N, 1, 1, classes].</returns>
    public Tensor Forward(Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        return Run(Name, Root, ImageShape, tape, x);
    }

    /// <summary>
    /// Makes a network for inference alone of what the parameters hold now, which later training or pruning of this one does not
    /// change; this one stays as it is.
    /// </summary>
    /// <returns>A network with parameters of its own; the caller disposes it.</returns>
    /// <exception cref="NotSupportedException">A norm is masked, or a layer of a program's own does not tell how it is frozen, see
    /// <see cref="Module.Freeze"/>.</exception>
    public FrozenNetwork Freeze() => new(this);

    /// <summary>Every layer's work for one image.</summary>
    public IReadOnlyList<LayerTrace> Trace(ChannelWidths? widths = null)
    {
        var layers = new List<LayerTrace>();
        Root.Trace(ImageShape, widths ?? ChannelWidths.Current, layers);
        return layers;
    }

    /// <summary>Parameters, multiply-adds and bytes, as the network is or at other widths.</summary>
    public NetworkCost Cost(ChannelWidths? widths = null)
    {
        widths ??= ChannelWidths.Current;
        long count = 0, physical = 0, multiplyAdds = 0;
        foreach (var parameter in _parameters)
        {
            if (parameter.Trainable)
            {
                var shape = widths.Of(parameter);
                count += shape.Count;
                physical += Device.PhysicalBytes(shape, parameter.Layout, ElementType.Float32);
            }
        }

        foreach (var layer in Trace(widths))
        {
            multiplyAdds += layer.MultiplyAdds;
        }

        return new NetworkCost(count, multiplyAdds, count * sizeof(float), physical);
    }

    /// <summary>Takes over all parameter values, running statistics included.</summary>
    /// <param name="other">A network of the same parameters and widths.</param>
    /// <param name="companions">Whether the optimiser's buffers (momentum) are taken over too.</param>
    /// <exception cref="ArgumentException">A parameter differs; nothing is changed.</exception>
    public void CopyFrom(Network other, bool companions = false)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var i = 0; i < Math.Max(_parameters.Length, other._parameters.Length); i++)
        {
            var mine = i < _parameters.Length ? _parameters[i].ToString() : "nothing";
            var theirs = i < other._parameters.Length ? other._parameters[i].ToString() : "nothing";
            if (mine != theirs)
            {
                throw new ArgumentException($"{Name} cannot take the parameters of {other.Name}: {mine} here is {theirs} there.", nameof(other));
            }
        }

        for (var i = 0; i < _parameters.Length; i++)
        {
            _parameters[i].CopyFrom(other._parameters[i], companions);
        }
    }

    /// <summary>Copies all parameters, running statistics included, to the host.</summary>
    public NetworkSnapshot Snapshot() => new(this);

    /// <inheritdoc/>
    public override string ToString()
    {
        var cost = Cost();
        return $"{Name}: {cost.Parameters:N0} parameters, {cost.MultiplyAdds / 1e6:N1} M multiply-adds an image {ImageShape}";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var parameter in _parameters)
        {
            parameter.Dispose();
        }
    }

    /// <summary>What <see cref="OutputShape"/> would be at other widths.</summary>
    internal Shape OutputAt(ChannelWidths widths) => Root.Trace(ImageShape, widths, []);

    internal static Tensor Run(string name, Module root, Shape imageShape, Tape tape, Tensor x)
    {
        if (x.Shape.WithN(1) != imageShape)
        {
            throw new ShapeMismatchException($"{name}: takes images {imageShape.WithN(x.Shape.N)}, got {x.Shape}.");
        }

        var y = root.Forward(tape, x);
        if (y != x)
        {
            tape.Release(x);
        }

        return y;
    }

    private void CheckNames()
    {
        var paths = new HashSet<string>();
        foreach (var parameter in _parameters)
        {
            if (!paths.Add(parameter.Path))
            {
                throw new ArgumentException($"{Name}: two parameters are named {parameter.Path}.");
            }
        }

        var spaces = new Dictionary<string, ChannelSpace>();
        foreach (var norm in _norms)
        {
            if (!spaces.TryAdd(norm.Space.Name, norm.Space) && !ReferenceEquals(spaces[norm.Space.Name], norm.Space))
            {
                throw new ArgumentException($"{Name}: two channel spaces are named {norm.Space.Name}.");
            }
        }
    }
}
