using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>body(x) + shortcut(x); the addition, and a ReLU after it, are fused into the norm that ends the body.</summary>
public sealed class Residual : Module
{
    private readonly Module _body;
    private readonly Module? _shortcut;
    private readonly Module[] _children;

    /// <summary>Makes the block.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="body">What is added to; usually ends in a norm with a ReLU.</param>
    /// <param name="shortcut">What is added; null is the input itself, which then shares the body's output space.</param>
    public Residual(string path, Module body, Module? shortcut)
        : base(path)
    {
        ArgumentNullException.ThrowIfNull(body);
        _body = body;
        _shortcut = shortcut;
        _children = shortcut is null ? [body] : [body, shortcut];
    }

    /// <inheritdoc/>
    public override string TypeName => "residual";

    /// <inheritdoc/>
    public override IReadOnlyList<Module> Children => _children;

    internal static Residual Read(ModuleReader reader) => reader.Children.Count is 1 or 2
        ? new Residual(reader.Path, reader.Children[0], reader.Children.Count == 2 ? reader.Children[1] : null)
        : throw reader.Error($"has a body and perhaps a shortcut, not {reader.Children.Count} children");

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        if (_shortcut is null)
        {
            return _body.Forward(tape, x, x);
        }

        var residual = _shortcut.Forward(tape, x);
        var y = _body.Forward(tape, x, residual);
        if (residual != x)
        {
            tape.Release(residual);
        }

        return y;
    }

    /// <inheritdoc/>
    public override Module Freeze(FrozenParameters parameters) =>
        new Residual(Path, _body.Freeze(parameters), _shortcut?.Freeze(parameters));

    /// <inheritdoc/>
    public override ChannelSpace? SpaceAfter(ChannelSpace? input)
    {
        var shortcut = _shortcut is null ? input : _shortcut.SpaceAfter(input);
        var body = _body.SpaceAfter(input);
        if (shortcut is not null && body is not null && !shortcut.HasChannelsOf(body))
        {
            throw new ShapeMismatchException($"{this}: the body gives space {body}, the shortcut {shortcut}; both sides of an addition share one.");
        }

        return body ?? shortcut;
    }

    /// <inheritdoc/>
    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers)
    {
        var shortcut = _shortcut?.Trace(input, widths, layers) ?? input;
        var body = _body.Trace(input, widths, layers);
        return body == shortcut
            ? body
            : throw new ShapeMismatchException($"{this}: the body gives {body}, the shortcut {shortcut}.");
    }
}
