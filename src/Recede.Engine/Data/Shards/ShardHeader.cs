using System.Buffers.Binary;

namespace Recede.Engine.Data.Shards;

/// <summary>The first 64 bytes of a shard; docs/shards.md tells them one by one.</summary>
internal readonly record struct ShardHeader(
    int Height, int Width, int Channels, int Classes, int Images, int Number, int Shards, int NameBytes, uint Set, uint TableChecksum)
{
    /// <summary>The bytes of a header.</summary>
    public const int Length = 64;

    /// <summary>The values of a byte, which the pixels of each channel are counted by.</summary>
    public const int Levels = 256;

    private const uint Version = 1;
    private const int ChecksumAt = Length - sizeof(uint);

    // What nobody has, and a damaged number soon is.
    private const int MostChannels = 64;
    private const int MostShards = 100_000;
    private const int MostNameBytes = 1 << 24;

    /// <summary>The bytes of one image.</summary>
    public int ImageBytes => Height * Width * Channels;

    /// <summary>The bytes of names and counts, which follow the header.</summary>
    public int SummaryBytes => NameBytes + (Channels * Levels * sizeof(ulong));

    /// <summary>The bytes of labels and checksums, which follow names and counts.</summary>
    public long ImageTableBytes => (long)Images * (sizeof(int) + sizeof(uint));

    /// <summary>The bytes between header and images.</summary>
    public long TableBytes => SummaryBytes + ImageTableBytes;

    /// <summary>The bytes of the whole file.</summary>
    public long FileBytes => Length + TableBytes + ((long)Images * ImageBytes);

    private static ReadOnlySpan<byte> Magic => "RECSHARD"u8;

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">What stands there, <see cref="Length"/> bytes or fewer.</param>
    /// <param name="path">What errors call the file.</param>
    /// <exception cref="InvalidDataException">It is none, damaged, or of a later version.</exception>
    public static ShardHeader Read(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.Length < Length || !bytes[..Magic.Length].SequenceEqual(Magic))
        {
            throw Error(path, "it does not begin as a shard does");
        }

        // The version first: of a later one, not even the place of the checksum is known.
        var version = Field(bytes, 8);
        if (version != Version)
        {
            throw Error(path, $"its format has the version {version}, expected {Version}");
        }

        if (Field(bytes, ChecksumAt) != Crc32.Of(bytes[..ChecksumAt]))
        {
            throw Error(path, "its header's checksum is wrong: it is damaged");
        }

        var header = new ShardHeader(
            Within(bytes, 12, "height", 1, ushort.MaxValue, path),
            Within(bytes, 16, "width", 1, ushort.MaxValue, path),
            Within(bytes, 20, "number of channels", 1, MostChannels, path),
            Within(bytes, 24, "number of classes", 1, int.MaxValue, path),
            Within(bytes, 28, "number of images", 1, int.MaxValue, path),
            Within(bytes, 32, "number", 0, MostShards - 1, path),
            Within(bytes, 36, "number of shards", 1, MostShards, path),
            Within(bytes, 40, "length of the names", 0, MostNameBytes, path),
            Field(bytes, 44),
            Field(bytes, 48));
        return (long)header.Height * header.Width * header.Channels <= int.MaxValue
            ? header
            : throw Error(path, $"its images of {header.Height} x {header.Width} x {header.Channels} have more than {int.MaxValue} bytes");
    }

    /// <summary>An error of a file.</summary>
    public static InvalidDataException Error(string path, string what) => new($"Shard {path}: {what}.");

    private static uint Field(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static int Within(ReadOnlySpan<byte> bytes, int at, string what, int least, int most, string path)
    {
        var value = Field(bytes, at);
        return value >= least && value <= most ? (int)value : throw Error(path, $"its {what} is {value}, expected {least} to {most}");
    }
}
