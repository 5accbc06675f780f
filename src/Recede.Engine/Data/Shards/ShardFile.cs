using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Recede.Engine.Data.Shards;

/// <summary>One open shard: its tables in memory, its images on the disk, which any number of threads may read.</summary>
internal sealed class ShardFile : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly long _imagesAt;

    // As in the file: names, counts, labels, checksums.
    private readonly byte[] _tables;
    private readonly int _labelsAt;
    private readonly int _checksumsAt;

    private ShardFile(string path, SafeFileHandle handle, in ShardHeader header, byte[] tables)
    {
        (_path, _handle, Header, _tables) = (path, handle, header, tables);
        _labelsAt = header.NameBytes + (header.Channels * ShardHeader.Levels * sizeof(ulong));
        _checksumsAt = _labelsAt + (header.Images * sizeof(int));
        _imagesAt = ShardHeader.Length + header.TableBytes;
    }

    /// <summary>What it says of itself.</summary>
    public ShardHeader Header { get; }

    /// <summary>The names of the classes, in UTF-8, one a line; empty for none.</summary>
    public ReadOnlySpan<byte> Names => _tables.AsSpan(0, Header.NameBytes);

    /// <summary>Opens a shard and reads its tables.</summary>
    /// <param name="path">The file.</param>
    /// <param name="memory">The bytes that its tables may take; what they take is subtracted.</param>
    /// <exception cref="InvalidDataException">It is none or damaged, or its tables need more.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ShardFile Open(string path, ref long memory)
    {
        var handle = File.OpenHandle(path, options: FileOptions.RandomAccess);
        try
        {
            Span<byte> start = stackalloc byte[ShardHeader.Length];
            var header = ShardHeader.Read(start[..Fill(handle, start, 0)], path);

            // What a header announces is held against what there is before any of it is allocated.
            var length = RandomAccess.GetLength(handle);
            if (length != header.FileBytes)
            {
                throw ShardHeader.Error(path, $"it has {length} bytes, expected {header.FileBytes} for {header.Images} images: it is truncated or too long");
            }

            if (header.TableBytes > Math.Min(memory, Array.MaxLength))
            {
                throw ShardHeader.Error(path, $"its tables need {header.TableBytes} bytes of memory, more than the {Math.Max(memory, 0)} that are left of the limit");
            }

            memory -= header.TableBytes;
            var tables = GC.AllocateUninitializedArray<byte>((int)header.TableBytes);
            if (Fill(handle, tables, ShardHeader.Length) < tables.Length || Crc32.Of(tables) != header.TableChecksum)
            {
                throw ShardHeader.Error(path, "its tables' checksum is wrong: it is damaged");
            }

            var shard = new ShardFile(path, handle, header, tables);
            shard.RequireLabels();
            shard.RequireCounts();
            return shard;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Adds how often each channel's pixels have each value to <c>[C, 256]</c> counts.</summary>
    public void AddCountsTo(Span<ulong> counts)
    {
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] += Count(i);
        }
    }

    /// <summary>Appends header and tables, whose checksums stand for the images.</summary>
    public void AppendTo(IncrementalHash hash) => hash.AppendData(_tables);

    /// <summary>The class of an image.</summary>
    public int Label(int image) => BinaryPrimitives.ReadInt32LittleEndian(_tables.AsSpan(_labelsAt + (image * sizeof(int))));

    /// <summary>Reads an image, <c>[H, W, C]</c>, and checks that it is what was written.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void Read(int image, Span<byte> pixels)
    {
        var got = Fill(_handle, pixels, _imagesAt + ((long)image * pixels.Length));
        var expected = BinaryPrimitives.ReadUInt32LittleEndian(_tables.AsSpan(_checksumsAt + (image * sizeof(uint))));
        if (got < pixels.Length || Crc32.Of(pixels) != expected)
        {
            throw ShardHeader.Error(_path, $"the checksum of image {image} is wrong: it is damaged");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static int Fill(SafeFileHandle handle, Span<byte> bytes, long at)
    {
        var done = 0;
        while (done < bytes.Length && RandomAccess.Read(handle, bytes[done..], at + done) is > 0 and var got)
        {
            done += got;
        }

        return done;
    }

    private void RequireLabels()
    {
        for (var i = 0; i < Header.Images; i++)
        {
            if ((uint)Label(i) >= (uint)Header.Classes)
            {
                throw ShardHeader.Error(_path, $"the label of image {i} is {Label(i)}, expected 0 to {Header.Classes - 1}");
            }
        }
    }

    // Mean and deviation come of them.
    private void RequireCounts()
    {
        var expected = (ulong)Header.Images * (ulong)Header.Height * (ulong)Header.Width;
        for (var channel = 0; channel < Header.Channels; channel++)
        {
            UInt128 sum = 0;
            for (var level = 0; level < ShardHeader.Levels; level++)
            {
                sum += Count((channel * ShardHeader.Levels) + level);
            }

            if (sum != expected)
            {
                throw ShardHeader.Error(_path, $"it counts {sum} values of channel {channel}, expected {expected}");
            }
        }
    }

    private ulong Count(int place) => BinaryPrimitives.ReadUInt64LittleEndian(_tables.AsSpan(Header.NameBytes + (place * sizeof(ulong))));
}
