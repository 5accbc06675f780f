namespace Recede.Engine.Core;

/// <summary>
/// A named set of channels that several buffers share: a convolution writes it, its norm lives in it, the next
/// convolution reads it. Pruning a space narrows every buffer bound to it. Coupling is declared by sharing a space, or by
/// a derived one (flatten repeats a space, concat chains several), never traced or guessed.
/// </summary>
public sealed class ChannelSpace
{
    /// <summary>The most parts that a derived space may have. Whatever asks it walks through all of them, one inside the other.</summary>
    internal const int MostParts = 1024;

    private readonly ChannelSpace[] _sources;
    private readonly int _repeats;
    private readonly long _parts = 1;
    private int _width;

    /// <summary>Makes a space of its own.</summary>
    /// <param name="name">Its name in plans and errors: "layer1.0.conv1".</param>
    /// <param name="width">Channels, 1 or more.</param>
    /// <param name="prunable">Whether channels may be removed.</param>
    public ChannelSpace(string name, int width, bool prunable = true)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        Name = name;
        _width = width;
        _repeats = 1;
        _sources = [];
        Prunable = prunable;
    }

    private ChannelSpace(string name, ChannelSpace[] sources, int repeats)
    {
        Name = name;
        _sources = sources;
        _repeats = repeats;
        foreach (var source in sources)
        {
            _parts += source._parts;
        }

        if (_parts > MostParts)
        {
            throw new ArgumentException($"{name}: has {_parts} parts, and the most that a space may have are {MostParts}.");
        }
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Channels now; a pruned space is narrower than it was made.</summary>
    public int Width
    {
        get
        {
            if (_sources.Length == 0)
            {
                return _width;
            }

            var width = 0;
            foreach (var source in _sources)
            {
                width += source.Width;
            }

            return width * _repeats;
        }
    }

    /// <summary>Whether channels may be removed from this very space; derived spaces follow their sources.</summary>
    public bool Prunable { get; }

    /// <summary>Whether channels may go: this space, or one that it is derived from, is prunable.</summary>
    public bool CanNarrow => Prunable || Array.Exists(_sources, source => source.CanNarrow);

    /// <summary>Whether this space follows from others.</summary>
    public bool IsDerived => _sources.Length > 0;

    /// <summary>The spaces that this one chains, in order; empty for a space of its own.</summary>
    public IReadOnlyList<ChannelSpace> Sources => _sources;

    /// <summary>How often <see cref="Sources"/> are repeated: a flatten of H x W pixels repeats its input H*W times. 0 where that
    /// is not known: a flatten is asked for the space behind it before it sees an image.</summary>
    public int Repeats => _repeats;

    /// <summary>The channels of several spaces one after another.</summary>
    /// <exception cref="ArgumentException">There is no space, or too many: it and all that it is made of, counted as often as they
    /// stand in it, are more than 1024.</exception>
    public static ChannelSpace Concatenated(string name, params ReadOnlySpan<ChannelSpace> spaces)
    {
        if (spaces.IsEmpty)
        {
            throw new ArgumentException($"{name}: a concatenation needs at least one space.", nameof(spaces));
        }

        return new ChannelSpace(name, spaces.ToArray(), 1);
    }

    /// <summary>This space repeated, channel c of pixel p at p * Width + c.</summary>
    /// <exception cref="ArgumentException">It is less than once, or this space has 1024 parts already.</exception>
    public ChannelSpace Repeated(string name, int times)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        return new ChannelSpace(name, [this], times);
    }

    /// <summary>This space repeated nobody yet knows how often; its width is 0 so long.</summary>
    internal ChannelSpace RepeatedAnyTimes(string name) => _repeats == 0 ? this : new ChannelSpace(name, [this], 0);

    /// <summary>
    /// Which of this space's channels stay when some spaces are pruned: sorted indices, or null when all stay.
    /// </summary>
    /// <param name="kept">The sorted kept channels of each pruned space of its own.</param>
    public int[]? Resolve(IReadOnlyDictionary<ChannelSpace, int[]> kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        if (!IsDerived)
        {
            return kept.TryGetValue(this, out var mine) ? mine : null;
        }

        var changed = false;
        var once = new List<int>();
        var offset = 0;
        foreach (var source in _sources)
        {
            var part = source.Resolve(kept);
            changed |= part is not null;
            for (var i = 0; i < (part?.Length ?? source.Width); i++)
            {
                once.Add(offset + (part?[i] ?? i));
            }

            offset += source.Width;
        }

        if (!changed)
        {
            return null;
        }

        var all = new int[once.Count * _repeats];
        for (var i = 0; i < all.Length; i++)
        {
            all[i] = i / once.Count * offset + once[i % once.Count];
        }

        return all;
    }

    /// <summary>Whether both have the very same channels in the same order, whatever they are named and however they were derived.
    /// One that is repeated nobody knows how often has those of every repeat of its source.</summary>
    internal bool HasChannelsOf(ChannelSpace other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (_repeats == 0)
        {
            var source = _sources[0];
            return other._repeats == 0
                ? source.HasChannelsOf(other._sources[0])
                : other.Width % source.Width == 0 && source.Repeated(Name, other.Width / source.Width).HasChannelsOf(other);
        }

        if (other._repeats == 0)
        {
            return other.HasChannelsOf(this);
        }

        var (mine, theirs) = (Runs(), other.Runs());
        return mine.Count == theirs.Count && mine.Zip(theirs).All(pair => pair.First.Times == pair.Second.Times
            && (ReferenceEquals(pair.First.Space, pair.Second.Space)
                || (pair.First.Space.IsDerived && pair.Second.Space.IsDerived && pair.First.Space.HasChannelsOf(pair.Second.Space))));
    }

    /// <inheritdoc/>
    public override string ToString() => _repeats == 0 ? $"{Name}({_sources[0]} of every pixel)" : $"{Name}({Width})";

    /// <summary>Narrows a space of its own after its buffers were.</summary>
    internal void Narrow(int width)
    {
        if (IsDerived)
        {
            throw new InvalidOperationException($"{this} follows from other spaces and is not narrowed itself.");
        }

        _width = width;
    }

    // The spaces of their own that this one runs through, neighbours of one space counted together; several that are repeated
    // as a whole stay one derived space.
    private List<(ChannelSpace Space, long Times)> Runs()
    {
        var runs = new List<(ChannelSpace Space, long Times)>();
        if (!IsDerived)
        {
            runs.Add((this, 1));
        }

        foreach (var source in _sources)
        {
            var inner = source.Runs();
            foreach (var (space, times) in _repeats > 1 && inner.Count > 1 ? [(source, 1)] : inner)
            {
                if (runs.Count > 0 && ReferenceEquals(runs[^1].Space, space))
                {
                    runs[^1] = (space, runs[^1].Times + times * _repeats);
                }
                else
                {
                    runs.Add((space, times * _repeats));
                }
            }
        }

        return runs;
    }
}
