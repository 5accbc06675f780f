using System.Buffers.Binary;
using System.IO.Compression;
using Recede.Engine.Ops;

namespace Recede.Engine.Data;

/// <summary>
/// Reads IDX files of unsigned bytes, the format of MNIST and Fashion-MNIST, plain or gzipped
/// (one member; told apart by their first bytes, not by their names).
/// </summary>
/// <remarks>
/// The format (Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits"): two zero
/// bytes, the element type, the number of dimensions, each dimension as a big-endian 32-bit number,
/// then the values. A file that is not exactly that throws <see cref="InvalidDataException"/>, which
/// names the file, what was expected and what came. Memory is bounded by what a file really holds:
/// a size that a header merely announces is never allocated ahead of the bytes.
/// </remarks>
public static class IdxReader
{
    private const byte UnsignedByteType = 0x08;
    private const int FirstChunk = 1 << 20;

    /// <summary>
    /// Reads the IDX file at <paramref name="path"/>, which must have <paramref name="rank"/> dimensions, 1 to 4.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is malformed.</exception>
    /// <exception cref="IOException">The file is absent or cannot be read.</exception>
    public static IdxArray Read(string path, int rank)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream stream = File.OpenRead(path);
        return Read(stream, path, rank);
    }

    /// <summary>
    /// Reads an IDX file from a seekable stream, from its position to its end. The stream stays open.
    /// </summary>
    /// <param name="stream">The file's bytes, plain or gzipped.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="rank">The number of dimensions it must have, 1 to 4.</param>
    /// <exception cref="ArgumentException">The stream cannot be read and sought; the rank is out of range.</exception>
    /// <exception cref="InvalidDataException">The file is malformed.</exception>
    public static IdxArray Read(Stream stream, string name, int rank)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, 4);
        if (!stream.CanRead || !stream.CanSeek)
        {
            throw new ArgumentException(
                $"IDX file {name}: expected a stream that can be read and sought.", nameof(stream));
        }

        Span<byte> magic = stackalloc byte[2];
        long start = stream.Position;
        int got = stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        stream.Position = start;
        if (got != 2 || magic[0] != 0x1F || magic[1] != 0x8B)
        {
            return ReadUnpacked(stream, name, rank, stream.Length - start);
        }

        using var unpacked = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
        IdxArray array = ReadUnpacked(unpacked, name, rank, length: null);
        RequireGzipEnd(stream, name, (uint)(4 + (4 * rank) + (long)array.Values.Length));
        return array;
    }

    /// <summary>
    /// Reads a file of images <c>[N, H, W]</c> and one of labels <c>[N]</c> as a data set of one channel.
    /// </summary>
    /// <param name="name">What the data set is called.</param>
    /// <param name="imagesPath">The file of the images.</param>
    /// <param name="labelsPath">The file of the labels.</param>
    /// <param name="classes">The number of classes; a label beyond it is an error.</param>
    /// <param name="normalization">The channel's constants; measured from these images when null.</param>
    /// <exception cref="InvalidDataException">A file is malformed, or the two do not fit each other.</exception>
    /// <exception cref="IOException">A file is absent or cannot be read.</exception>
    public static ImageDataset ReadDataset(
        string name,
        string imagesPath,
        string labelsPath,
        int classes = 10,
        ImageNormalization? normalization = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(imagesPath);
        ArgumentException.ThrowIfNullOrEmpty(labelsPath);
        using FileStream images = File.OpenRead(imagesPath);
        using FileStream labels = File.OpenRead(labelsPath);
        return ReadDataset(name, images, imagesPath, labels, labelsPath, classes, normalization);
    }

    /// <summary>
    /// Reads images <c>[N, H, W]</c> and labels <c>[N]</c> from seekable streams as a data set of one
    /// channel. The streams stay open.
    /// </summary>
    /// <param name="name">What the data set is called.</param>
    /// <param name="images">The images' file.</param>
    /// <param name="imagesName">What messages call it.</param>
    /// <param name="labels">The labels' file.</param>
    /// <param name="labelsName">What messages call it.</param>
    /// <param name="classes">The number of classes; a label beyond it is an error.</param>
    /// <param name="normalization">The channel's constants; measured from these images when null.</param>
    /// <exception cref="InvalidDataException">A file is malformed, or the two do not fit each other.</exception>
    public static ImageDataset ReadDataset(
        string name,
        Stream images,
        string imagesName,
        Stream labels,
        string labelsName,
        int classes = 10,
        ImageNormalization? normalization = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);

        // The labels first: they are small, and a file that is wrong is told before the long read.
        IdxArray labelArray = Read(labels, labelsName, rank: 1);
        ReadOnlySpan<byte> labelBytes = labelArray.Values.Span;
        var labelValues = new int[labelBytes.Length];
        for (int i = 0; i < labelBytes.Length; i++)
        {
            if (labelBytes[i] >= classes)
            {
                throw new InvalidDataException(
                    $"IDX file {labelsName}: expected labels of 0 to {classes - 1}, got {labelBytes[i]} for image "
                    + $"{i}.");
            }

            labelValues[i] = labelBytes[i];
        }

        IdxArray imageArray = Read(images, imagesName, rank: 3);
        ReadOnlySpan<int> size = imageArray.Dimensions;
        if (size[0] != labelValues.Length)
        {
            throw new InvalidDataException(
                $"IDX file {labelsName}: expected {size[0]} labels, one for each image of {imagesName}, "
                + $"got {labelValues.Length}.");
        }

        return new ImageDataset(
            name, size[1], size[2], channels: 1, classes, imageArray.Values, labelValues, normalization);
    }

    /// <param name="stream">The unpacked bytes.</param>
    /// <param name="name">What messages call the file.</param>
    /// <param name="rank">The number of dimensions expected.</param>
    /// <param name="length">How many bytes the stream holds, where that is known without reading it.</param>
    private static IdxArray ReadUnpacked(Stream stream, string name, int rank, long? length)
    {
        int[] dimensions = ReadHeader(stream, name, rank);
        int headerBytes = 4 + (4 * rank);
        UInt128 product = 1;
        foreach (int dimension in dimensions)
        {
            product *= (uint)dimension; // four numbers of 31 bits: never beyond 128
        }

        string announced = $"{string.Join(" x ", dimensions)} = {product} values";
        if (product > (UInt128)Array.MaxLength)
        {
            throw new InvalidDataException(
                $"IDX file {name}: expected at most {Array.MaxLength} values, got an announcement of {announced}.");
        }

        int expected = (int)product;
        if (length - headerBytes is long held && held != expected)
        {
            string how = held > expected ? "trailing bytes" : "truncated";
            throw WrongLength(name, announced, headerBytes, $"{held} ({how})");
        }

        byte[] values = ReadValues(stream, name, expected, allAtOnce: length is not null, out int got);
        if (got != expected)
        {
            throw WrongLength(name, announced, headerBytes, $"{got} (truncated)");
        }

        // Also makes a gzip stream read to its end and check its checksum.
        if (Fill(stream, name, stackalloc byte[1]) != 0)
        {
            throw WrongLength(name, announced, headerBytes, "more (trailing bytes)");
        }

        return new IdxArray(dimensions, values);
    }

    private static int[] ReadHeader(Stream stream, string name, int rank)
    {
        Span<byte> header = stackalloc byte[4 + (4 * rank)];
        int got = Fill(stream, name, header[..4]);
        if (got < 4)
        {
            throw new InvalidDataException(
                $"IDX file {name}: expected a magic number of 4 bytes, got {got} bytes in all.");
        }

        if (header[0] != 0 || header[1] != 0 || header[2] != UnsignedByteType || header[3] != rank)
        {
            throw new InvalidDataException(
                $"IDX file {name}: expected the magic number 0000{UnsignedByteType:X2}{rank:X2} (unsigned bytes, "
                + $"rank {rank}), got {Convert.ToHexString(header[..4])}.");
        }

        got += Fill(stream, name, header[4..]);
        if (got < header.Length)
        {
            throw new InvalidDataException(
                $"IDX file {name}: expected a header of {header.Length} bytes, got {got} bytes in all.");
        }

        var dimensions = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            uint size = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + (4 * i))..]);
            if (size == 0 || size > int.MaxValue)
            {
                throw new InvalidDataException(
                    $"IDX file {name}: expected dimension {i} to be 1 to {int.MaxValue}, got {size} (0x{size:X8}).");
            }

            dimensions[i] = (int)size;
        }

        return dimensions;
    }

    /// <summary>
    /// Reads up to <paramref name="expected"/> bytes. Where the length is only announced, the array
    /// grows with what arrives, so that a short file that announces much cannot take much memory.
    /// </summary>
    private static byte[] ReadValues(Stream stream, string name, int expected, bool allAtOnce, out int got)
    {
        var values = new byte[allAtOnce ? expected : Math.Min(expected, FirstChunk)];
        got = 0;
        while (true)
        {
            got += Fill(stream, name, values.AsSpan(got));
            if (got < values.Length || got == expected)
            {
                return values;
            }

            Array.Resize(ref values, (int)Math.Min(expected, 2L * values.Length));
        }
    }

    /// <summary>Reads until the span is full or the stream ends; returns how many bytes came.</summary>
    private static int Fill(Stream stream, string name, Span<byte> bytes)
    {
        try
        {
            return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"IDX file {name}: expected sound gzip data, got: {e.Message}", e);
        }
    }

    /// <summary>
    /// Checks that the file ends with the unpacked length, as a gzip file of one member does (RFC 1952).
    /// <see cref="GZipStream"/> itself accepts an end that is cut off, checksum and all, and bytes behind it.
    /// </summary>
    private static void RequireGzipEnd(Stream stream, string name, uint unpackedBytes)
    {
        Span<byte> end = stackalloc byte[4];
        stream.Position = stream.Length - end.Length;
        stream.ReadExactly(end);
        uint told = BinaryPrimitives.ReadUInt32LittleEndian(end);
        if (told != unpackedBytes)
        {
            throw new InvalidDataException(
                $"IDX file {name}: expected gzip data that end by telling their {unpackedBytes} unpacked bytes, got "
                + $"{told} (truncated, or trailing bytes).");
        }
    }

    private static InvalidDataException WrongLength(string name, string announced, int headerBytes, string got) =>
        new($"IDX file {name}: expected {announced}, as its header of {headerBytes} bytes announces, got {got}.");
}
