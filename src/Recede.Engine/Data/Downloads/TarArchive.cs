using System.IO.Compression;
using System.Text;
using Recede.Engine.Core;

namespace Recede.Engine.Data.Downloads;

/// <summary>Takes the wanted files out of a gzipped tar archive, and nothing else.</summary>
/// <remarks>
/// <para>
/// The headers are read here, not by System.Formats.Tar: that takes as much memory for a long name as a header merely
/// announces, up to 2 GB. Here an archive, however it was made, takes one buffer, and no more disk than the wanted files may
/// have. The format is POSIX's ustar (IEEE Std 1003.1, pax), whose headers GNU tar shares as far as they are read here.
/// </para>
/// <para>
/// A path that is absolute or climbs, a link or a device refuses the whole archive, wanted or not: an honest archive of
/// data has none.
/// </para>
/// </remarks>
internal static class TarArchive
{
    private const int Block = 512;
    private const int Chunk = 1 << 16;

    // All that an archive may unpack to, wanted or not, before it is refused.
    private const long MostUnpacked = 1L << 30;

    /// <summary>Unpacks the wanted files into a folder, without their folder's name.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="content">What is wanted.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="files">The steps of writing.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="InvalidDataException">It is no such archive, damaged or hostile, or lacks a wanted file.</exception>
    /// <exception cref="IOException">It cannot be read, or the files not written.</exception>
    public static void Unpack(string path, ArchiveContent content, string folder, FileOperations files, CancellationToken cancellation)
    {
        using var packed = File.OpenRead(path);
        using var stream = new GZipStream(packed, CompressionMode.Decompress);
        var reader = new Reader(path, stream, cancellation);
        var missing = new HashSet<string>(content.Files, StringComparer.Ordinal);
        while (reader.ReadHeader(out var entry))
        {
            if (!entry.IsFile || !entry.Name.StartsWith(content.Folder + "/", StringComparison.Ordinal)
                || !content.Files.Contains(entry.Name[(content.Folder.Length + 1)..]))
            {
                reader.Skip(entry.Bytes);
                continue;
            }

            var name = entry.Name[(content.Folder.Length + 1)..];
            if (!missing.Remove(name))
            {
                throw reader.Error($"{entry.Name} is in it twice");
            }

            if (entry.Bytes > content.MostBytes)
            {
                throw reader.Error($"{entry.Name} announces {entry.Bytes} bytes, expected at most {content.MostBytes}");
            }

            using var file = files.Create(Path.Combine(folder, name));
            reader.Copy(entry.Bytes, file);
            files.Sync(file);
        }

        if (missing.Count > 0)
        {
            throw reader.Error($"it lacks {string.Join(", ", missing.Order(StringComparer.Ordinal).Select(name => content.Folder + "/" + name))}");
        }
    }

    private readonly record struct Entry(string Name, long Bytes, bool IsFile);

    private sealed class Reader(string path, Stream stream, CancellationToken cancellation)
    {
        private readonly byte[] _buffer = new byte[Chunk];
        private long _unpacked;

        public InvalidDataException Error(string what, Exception? inner = null) => new($"Archive {path}: {what}.", inner);

        /// <summary>Reads the next header; false at the archive's end.</summary>
        public bool ReadHeader(out Entry entry)
        {
            entry = default;
            var header = _buffer.AsSpan(0, Block);
            if (Fill(header) < Block)
            {
                throw Error("it ends without tar's end, two blocks of zeros: it is truncated, or no tar archive");
            }

            if (header.IndexOfAnyExcept((byte)0) < 0)
            {
                return false;
            }

            var sum = 8 * ' ';
            for (var i = 0; i < Block; i++)
            {
                sum += i is >= 148 and < 156 ? 0 : header[i];
            }

            if (Octal(header.Slice(148, 8)) != sum)
            {
                throw Error("a header's checksum is wrong: it is damaged, or no tar archive");
            }

            var type = (char)header[156];
            var name = Text(header[..100]);
            var isPosix = header.Slice(257, 6).SequenceEqual("ustar\0"u8);
            var prefix = isPosix ? Text(header.Slice(345, 155)) : "";
            var bytes = Octal(header.Slice(124, 12));
            if (bytes is not >= 0)
            {
                throw Error($"'{name}' announces a size that is no octal number");
            }

            switch (type)
            {
                // A file; in the oldest form, a folder too.
                case '0' or '\0' or '5':
                    name = Checked(prefix.Length > 0 ? prefix + "/" + name : name);
                    entry = new Entry(name, bytes.Value, IsFile: type != '5');
                    return true;

                // What POSIX and GNU say of the next entry: long names, times. No wanted file needs any.
                case 'x' or 'g' or 'L':
                    entry = new Entry(name, bytes.Value, IsFile: false);
                    return true;
                default:
                    throw Error($"'{name}' is neither a file nor a folder (type {(char.IsAsciiLetterOrDigit(type) ? type : '?')}); links and devices are refused");
            }
        }

        public void Skip(long bytes) => Copy(bytes, Stream.Null);

        /// <summary>Copies an entry's bytes, and passes over what fills its last block.</summary>
        public void Copy(long bytes, Stream to)
        {
            var left = bytes;
            var filling = (Block - bytes % Block) % Block;
            while (left + filling > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                var wanted = (int)Math.Min(Chunk, left + filling);
                if (Fill(_buffer.AsSpan(0, wanted)) < wanted)
                {
                    throw Error("it ends within an entry: it is truncated");
                }

                var own = (int)Math.Min(wanted, left);
                to.Write(_buffer, 0, own);
                left -= own;
                filling -= wanted - own;
            }
        }

        private string Checked(string name)
        {
            if (name.StartsWith("./", StringComparison.Ordinal))
            {
                name = name[2..];
            }

            var parts = name.TrimEnd('/').Split('/');
            return name.StartsWith('/') || name.Contains('\\', StringComparison.Ordinal) || name.Contains(':', StringComparison.Ordinal)
                || parts.Contains("..")
                ? throw Error($"'{name}' would lie outside the folder that it is unpacked to")
                : name;
        }

        private int Fill(Span<byte> bytes)
        {
            int got;
            try
            {
                got = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            }
            catch (InvalidDataException e)
            {
                throw Error($"expected sound gzip data, got: {e.Message.TrimEnd('.')}", e);
            }

            _unpacked += got;
            return _unpacked <= MostUnpacked ? got : throw Error($"it unpacks to more than {MostUnpacked} bytes");
        }

        private static string Text(ReadOnlySpan<byte> field)
        {
            var end = field.IndexOf((byte)0);
            return Encoding.Latin1.GetString(end < 0 ? field : field[..end]);
        }

        // Blanks, octal digits, then blanks or zeros.
        private static long? Octal(ReadOnlySpan<byte> field)
        {
            long value = 0;
            var digits = field.Trim((ReadOnlySpan<byte>)[(byte)' ', 0]);
            foreach (var digit in digits)
            {
                if (digit is < (byte)'0' or > (byte)'7')
                {
                    return null;
                }

                value = (value * 8) + (digit - '0');
            }

            return digits.IsEmpty ? null : value;
        }
    }
}
