using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Nn;

/// <summary>The outputs of several modules over one input, one after another along the channels.</summary>
public sealed class Concat : Module
{
    private readonly Module[] _branches;

    /// <summary>Makes the container.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="branches">Two or more; their outputs agree in all but the channels.</param>
    public Concat(string path, params ReadOnlySpan<Module> branches)
        : base(path)
    {
        if (branches.Length is < 2 or > MaximumBranches)
        {
            throw new ArgumentException($"Concat {path}: takes 2 to {MaximumBranches} branches, got {branches.Length}.", nameof(branches));
        }

        _branches = branches.ToArray();
    }

    private const int MaximumBranches = 16;

    /// <inheritdoc/>
    public override string TypeName => "concat";

    /// <inheritdoc/>
    public override IReadOnlyList<Module> Children => _branches;

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(tape);
        var parts = new Parts();
        Span<Tensor> outputs = parts;
        outputs = outputs[.._branches.Length];
        for (var i = 0; i < outputs.Length; i++)
        {
            outputs[i] = _branches[i].Forward(tape, x);
        }

        tape.Scope = Path;
        var y = tape.Concat(outputs);
        foreach (var part in outputs)
        {
            if (part != x)
            {
                tape.Release(part);
            }
        }

        return y;
    }

    /// <inheritdoc/>
    public override Module Freeze(FrozenParameters parameters) =>
        new Concat(Path, Array.ConvertAll(_branches, branch => branch.Freeze(parameters)));

    /// <inheritdoc/>
    public override ChannelSpace? SpaceAfter(ChannelSpace? input)
    {
        var spaces = new List<ChannelSpace>();
        foreach (var branch in _branches)
        {
            // Of what is repeated nobody knows how often, nothing can be said behind the first branch.
            if (branch.SpaceAfter(input) is { Repeats: > 0 } space)
            {
                spaces.Add(space);
            }
        }

        return spaces.Count == _branches.Length ? ChannelSpace.Concatenated(Path, [.. spaces]) : null;
    }

    /// <inheritdoc/>
    public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers)
    {
        var first = _branches[0].Trace(input, widths, layers);
        var channels = first.C;
        for (var i = 1; i < _branches.Length; i++)
        {
            var shape = _branches[i].Trace(input, widths, layers);
            if (shape.WithC(0) != first.WithC(0))
            {
                throw new ShapeMismatchException($"{this}: branch 0 gives {first}, branch {i} {shape}.");
            }

            channels += shape.C;
        }

        return first.WithC(channels);
    }

    [System.Runtime.CompilerServices.InlineArray(MaximumBranches)]
    private struct Parts
    {
        private Tensor _first;
    }
}
