using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>Modules one after another; what lies between two of them is released as soon as it is read.</summary>
public sealed class Sequential : Module
{
    private readonly Module[] _modules;

    /// <summary>Makes the chain.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="modules">One or more, in order.</param>
    public Sequential(string path, params ReadOnlySpan<Module> modules)
        : base(path)
    {
        if (modules.IsEmpty)
        {
            throw new ArgumentException($"Sequential {path}: has no module.", nameof(modules));
        }

        _modules = modules.ToArray();
        for (var i = 0; i + 1 < _modules.Length; i++)
        {
            if (_modules[i] is Conv2d conv && _modules[i + 1] is NormLayer)
            {
                conv.FeedsNorm = true;
            }
        }
    }

    /// <inheritdoc/>
    public override string TypeName => "sequential";

    /// <inheritdoc/>
    public override IReadOnlyList<Module> Children => _modules;

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x) => Run(tape, x, Tensor.None);

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x, Tensor residual) => Run(tape, x, residual);

    /// <inheritdoc/>
    public override ChannelSpace? SpaceAfter(ChannelSpace? input)
    {
        foreach (var module in _modules)
        {
            input = module.SpaceAfter(input);
        }

        return input;
    }

    /// <inheritdoc/>
    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers)
    {
        foreach (var module in _modules)
        {
            input = module.Trace(input, widths, layers);
        }

        return input;
    }

    /// <inheritdoc/>
    public override Module Freeze(FrozenParameters parameters)
    {
        var frozen = new List<Module>();
        foreach (var module in _modules)
        {
            if (frozen.Count == 0 || !module.FoldInto(frozen[^1]))
            {
                frozen.Add(module.Freeze(parameters));
            }
        }

        return new Sequential(Path, [.. frozen]);
    }

    internal override bool Fold(ChannelAffine norm) => _modules[^1].Fold(norm);

    private Tensor Run(Tape tape, Tensor x, Tensor residual)
    {
        ArgumentNullException.ThrowIfNull(tape);
        var current = x;
        for (var i = 0; i < _modules.Length; i++)
        {
            var last = i == _modules.Length - 1;
            var next = last && !residual.IsNone ? _modules[i].Forward(tape, current, residual) : _modules[i].Forward(tape, current);
            if (current != x && next != current)
            {
                tape.Release(current);
            }

            current = next;
        }

        return current;
    }
}
