using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Recede.Engine.Data.Shards;

/// <summary>One open shard: labels and checksums in memory, the rest on the disk, which any number of threads may read.</summary>
internal sealed class ShardFile : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly long _imagesAt;

    // As in the file: labels, checksums.
    private readonly byte[] _tables;
    private readonly int _checksumsAt;

    private ShardFile(string path, SafeFileHandle handle, in ShardHeader header, byte[] tables)
    {
        (_path, _handle, Header, _tables) = (path, handle, header, tables);
        _checksumsAt = header.Images * sizeof(int);
        _imagesAt = ShardHeader.Length + header.TableBytes;
    }

    /// <summary>What it says of itself.</summary>
    public ShardHeader Header { get; }

    /// <summary>Opens a shard and reads its tables.</summary>
    /// <param name="path">The file.</param>
    /// <param name="memory">The bytes that labels and checksums may take; what they take is subtracted.</param>
    /// <param name="summary">Names and counts, which it does not hold.</param>
    /// <exception cref="InvalidDataException">It is none or damaged, or its labels and checksums need more.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ShardFile Open(string path, ref long memory, out ShardSummary summary)
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

            if (header.ImageTableBytes > Math.Min(memory, Array.MaxLength))
            {
                throw ShardHeader.Error(path, $"its labels and checksums need {header.ImageTableBytes} bytes of memory, more than the {Math.Max(memory, 0)} that are left of the limit");
            }

            memory -= header.ImageTableBytes;
            var tables = GC.AllocateUninitializedArray<byte>((int)header.ImageTableBytes);
            Fill(handle, tables, ShardHeader.Length + header.SummaryBytes);
            var shard = new ShardFile(path, handle, header, tables);
            summary = shard.ReadSummary();
            shard.RequireLabels();
            summary.RequireCounts(header, path);
            return shard;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Appends the tables, whose checksums stand for the images; reads names and counts again.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    public void AppendTo(IncrementalHash hash)
    {
        hash.AppendData(ReadSummary().Bytes);
        hash.AppendData(_tables);
    }

    /// <summary>The class of an image.</summary>
    public int Label(int image) => BinaryPrimitives.ReadInt32LittleEndian(_tables.AsSpan(image * sizeof(int)));

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

    // Checks all tables, of which the others are in memory.
    private ShardSummary ReadSummary()
    {
        var bytes = new byte[Header.SummaryBytes];
        return Fill(_handle, bytes, ShardHeader.Length) == bytes.Length && Crc32.Of(_tables, Crc32.Of(bytes)) == Header.TableChecksum
            ? new ShardSummary(bytes, Header)
            : throw ShardHeader.Error(_path, "its tables' checksum is wrong: it is damaged");
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
}
