using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>
/// A layer or a container of layers: one tree from which the forward pass, shapes, multiply-adds and parameter lists all
/// derive. A program's own layer derives from this.
/// </summary>
public abstract class Module
{
    /// <summary>Makes a module.</summary>
    /// <param name="path">Its place in the network: "layer2.0.conv1".</param>
    protected Module(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Path = path;
    }

    /// <summary>Its place in the network.</summary>
    public string Path { get; }

    /// <summary>
    /// The name by which <see cref="ModuleTypes"/> makes a module of this type again when a network is loaded; null, as here, for
    /// one that cannot be saved.
    /// </summary>
    public virtual string? TypeName => null;

    /// <summary>Modules inside this one, in order.</summary>
    public virtual IReadOnlyList<Module> Children => [];

    /// <summary>Parameters of this very module, without those of <see cref="Children"/>.</summary>
    public virtual IReadOnlyList<Parameter> OwnParameters => [];

    /// <summary>Runs the module. The caller owns <paramref name="x"/> and releases it.</summary>
    /// <param name="tape">The tape of the step.</param>
    /// <param name="x">Input [N, H, W, C].</param>
    public abstract Tensor Forward(Tape tape, Tensor x);

    /// <summary>
    /// Runs the module and adds <paramref name="residual"/> to what comes out; a norm fuses the addition and a ReLU after it.
    /// </summary>
    public virtual Tensor Forward(Tape tape, Tensor x, Tensor residual)
    {
        ArgumentNullException.ThrowIfNull(tape);
        var y = Forward(tape, x);
        var sum = Ops.AddOp.Add(tape, y, residual);
        if (y != x)
        {
            tape.Release(y);
        }

        return sum;
    }

    /// <summary>Tells what an input of this shape becomes, and appends every layer's work.</summary>
    /// <param name="input">Shape [1, H, W, C] that comes in.</param>
    /// <param name="widths">The widths to count with.</param>
    /// <param name="layers">Gets one entry a layer.</param>
    /// <exception cref="ShapeMismatchException">The shape does not fit.</exception>
    public abstract Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers);

    /// <summary>
    /// The channel space of what comes out when <paramref name="input"/> comes in. A network asks it of every layer when it
    /// is built, for two spaces of one width are told apart by nothing else until one of them is pruned.
    /// </summary>
    /// <param name="input">The space of what comes in; null where it is not known, which fits every layer.</param>
    /// <returns>The space that comes out; null, as here, where the layer does not tell.</returns>
    /// <exception cref="ShapeMismatchException">The layer reads another space.</exception>
    public virtual ChannelSpace? SpaceAfter(ChannelSpace? input) => null;

    /// <summary>
    /// Makes this module for inference alone, as it is now: with parameters of its own, which never change. A container freezes what
    /// is inside it; a module without parameters is its own frozen form.
    /// </summary>
    /// <param name="parameters">Makes and owns the parameters.</param>
    /// <exception cref="NotSupportedException">The module has parameters or modules inside it and does not override this.</exception>
    public virtual Module Freeze(FrozenParameters parameters) => OwnParameters.Count == 0 && Children.Count == 0
        ? this
        : throw new NotSupportedException($"{this} does not tell how it is frozen: its type overrides Module.Freeze for that.");

    /// <summary>Tries to leave this module out of a frozen network, where the module before it can take up what it does.</summary>
    /// <param name="before">The frozen module whose output this one alone reads.</param>
    internal virtual bool FoldInto(Module before) => false;

    /// <summary>Takes up what a norm does to this frozen module's output; false where that cannot be.</summary>
    internal virtual bool Fold(ChannelAffine norm) => false;

    /// <summary>Writes what this module is, beside its path, its children and its parameters' values: what its reader needs.</summary>
    public virtual void Describe(ModuleWriter writer)
    {
    }

    /// <summary>Appends this module and everything inside it, depth first.</summary>
    public void Collect(ICollection<Module> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        modules.Add(this);
        foreach (var child in Children)
        {
            child.Collect(modules);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Path.Length == 0 ? GetType().Name : $"{GetType().Name} {Path}";

    /// <summary>Appends this layer's work to a trace and returns its output shape.</summary>
    protected Shape Traced(Shape input, Shape output, ICollection<LayerTrace> layers, long multiplyAdds = 0)
    {
        ArgumentNullException.ThrowIfNull(layers);
        layers.Add(new LayerTrace(this, input, output, multiplyAdds));
        return output;
    }

    /// <summary>Refuses an input of another space than this layer reads.</summary>
    protected void CheckSpace(ChannelSpace? input, ChannelSpace space)
    {
        if (input is not null && !input.HasChannelsOf(space))
        {
            throw new ShapeMismatchException($"{this}: reads space {space}, x is of space {input}.");
        }
    }

    /// <summary>Refuses an input whose channels are not those of the space that this layer reads.</summary>
    protected void CheckChannels(Shape input, ChannelSpace space, ChannelWidths widths)
    {
        ArgumentNullException.ThrowIfNull(widths);
        if (input.C != widths.Of(space))
        {
            throw new ShapeMismatchException($"{this}: reads space {space}, x {input} has {input.C} channels.");
        }
    }
}
