using System.Buffers.Binary;

namespace Recede.Engine.Data.Shards;

/// <summary>What the tables of a shard tell of its images together: the names of their classes, and how often each channel has each value.</summary>
internal sealed class ShardSummary
{
    private readonly byte[] _bytes;
    private readonly int _nameBytes;

    /// <summary>Takes names and counts as they stand in the file.</summary>
    public ShardSummary(byte[] bytes, in ShardHeader header)
    {
        (_bytes, _nameBytes) = (bytes, header.NameBytes);
        Counts = new ulong[header.Channels * ShardHeader.Levels];
        for (var i = 0; i < Counts.Length; i++)
        {
            Counts[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(_nameBytes + (i * sizeof(ulong))));
        }
    }

    /// <summary>As in the file: names, counts.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The names of the classes, in UTF-8, one a line; empty for none.</summary>
    public ReadOnlySpan<byte> Names => _bytes.AsSpan(0, _nameBytes);

    /// <summary>How often each channel's pixels have each value, <c>[C, 256]</c>.</summary>
    public ulong[] Counts { get; }

    /// <summary>Adds another shard's counts.</summary>
    public void Add(ShardSummary other)
    {
        for (var i = 0; i < Counts.Length; i++)
        {
            Counts[i] += other.Counts[i];
        }
    }

    /// <summary>Checks that each channel has as many values as there are pixels: mean and deviation come of them.</summary>
    /// <exception cref="InvalidDataException">One has not.</exception>
    public void RequireCounts(in ShardHeader header, string path)
    {
        var expected = (ulong)header.Images * (ulong)header.Height * (ulong)header.Width;
        for (var channel = 0; channel < header.Channels; channel++)
        {
            UInt128 sum = 0;
            foreach (var count in Counts.AsSpan(channel * ShardHeader.Levels, ShardHeader.Levels))
            {
                sum += count;
            }

            if (sum != expected)
            {
                throw ShardHeader.Error(path, $"it counts {sum} values of channel {channel}, expected {expected}");
            }
        }
    }
}
