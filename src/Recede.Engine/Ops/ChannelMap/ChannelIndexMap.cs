namespace Recede.Engine.Ops;

/// <summary>
/// Where each channel of a <see cref="ChannelMapOp.ChannelMap"/>'s output comes from: an input channel, or -1 for zero.
/// Immutable. An input channel may be read once, several times or never.
/// </summary>
public sealed class ChannelIndexMap
{
    private readonly int[] _sources;
    private readonly int[] _readerStarts;
    private readonly int[] _readers;

    /// <summary>Makes a map.</summary>
    /// <param name="sources">For each output channel the input channel that it copies, or -1 for zero.</param>
    /// <exception cref="ArgumentException">There is no entry, or one is below -1.</exception>
    public ChannelIndexMap(ReadOnlySpan<int> sources)
    {
        if (sources.IsEmpty)
        {
            throw new ArgumentException("A channel map needs at least one output channel.", nameof(sources));
        }

        var highest = -1;
        for (var i = 0; i < sources.Length; i++)
        {
            if (sources[i] < -1)
            {
                throw new ArgumentException($"A channel map's entries are input channels or -1; entry {i} is {sources[i]}.", nameof(sources));
            }

            highest = Math.Max(highest, sources[i]);
        }

        _sources = sources.ToArray();
        InputsRead = highest + 1;
        _readerStarts = new int[InputsRead + 1];
        _readers = InvertInto(_readerStarts);
    }

    /// <summary>Output channels.</summary>
    public int Outputs => _sources.Length;

    /// <summary>The least number of input channels that the map can be applied to.</summary>
    public int InputsRead { get; }

    /// <summary>Input channel of every output channel, or -1.</summary>
    public ReadOnlySpan<int> Sources => _sources;

    /// <summary>Input channel of an output channel, or -1.</summary>
    public int this[int output] => _sources[output];

    /// <summary>Zeros, then the input's channels, then zeros: ResNet's option-A shortcut.</summary>
    /// <param name="inputs">Input channels.</param>
    /// <param name="before">Zero channels ahead of them.</param>
    /// <param name="after">Zero channels behind them.</param>
    public static ChannelIndexMap Padded(int inputs, int before, int after)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(before);
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        var sources = new int[before + inputs + after];
        for (var i = 0; i < sources.Length; i++)
        {
            sources[i] = i >= before && i < before + inputs ? i - before : -1;
        }

        return new ChannelIndexMap(sources);
    }

    /// <summary>The output channels that read input channel i, rising: entries from ReaderStarts[i] to ReaderStarts[i + 1].</summary>
    internal ReadOnlySpan<int> Readers => _readers;

    /// <summary>Where each input channel's <see cref="Readers"/> start; one entry more than <see cref="InputsRead"/>.</summary>
    internal ReadOnlySpan<int> ReaderStarts => _readerStarts;

    private int[] InvertInto(int[] starts)
    {
        foreach (var source in _sources)
        {
            if (source >= 0)
            {
                starts[source + 1]++;
            }
        }

        for (var i = 1; i < starts.Length; i++)
        {
            starts[i] += starts[i - 1];
        }

        var next = starts.AsSpan().ToArray();
        var readers = new int[starts[^1]];
        for (var output = 0; output < _sources.Length; output++)
        {
            if (_sources[output] >= 0)
            {
                readers[next[_sources[output]]++] = output;
            }
        }

        return readers;
    }
}
