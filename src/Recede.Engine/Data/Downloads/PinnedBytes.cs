using System.IO.Compression;
using System.Security.Cryptography;

namespace Recede.Engine.Data.Downloads;

/// <summary>Bytes that are known by their number and their SHA-256, in lower-case hexadecimal digits.</summary>
internal readonly record struct PinnedBytes(long Count, string Sha256)
{
    private const int Chunk = 1 << 16;

    /// <summary>Checks that a file holds these bytes, plain or gzipped.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dataset">What the error calls the data set.</param>
    /// <exception cref="InvalidDataException">It holds others.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void RequireIn(string path, string dataset)
    {
        using var file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[2];
        var isPacked = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic.SequenceEqual((ReadOnlySpan<byte>)[0x1F, 0x8B]);
        file.Position = 0;
        using Stream stream = isPacked ? new GZipStream(file, CompressionMode.Decompress) : file;
        string found;
        try
        {
            found = Describe(stream);
        }
        catch (InvalidDataException e)
        {
            found = e.Message;
        }

        if (found != ToString())
        {
            throw new InvalidDataException(
                $"{path}: expected {dataset}'s own file, {this} once unpacked, got {found}. "
                + "Delete it, and it is downloaded again; a data set of your own is opened by its folder.");
        }
    }

    /// <summary>As messages tell them.</summary>
    public override string ToString() => $"{Count} bytes of SHA-256 {Sha256}";

    // What a hostile file unpacks to has no end: it is read no further than what is expected.
    private string Describe(Stream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Chunk];
        long count = 0;
        while (stream.Read(buffer) is > 0 and var got)
        {
            count += got;
            if (count > Count)
            {
                return $"more than {Count} bytes";
            }

            hash.AppendData(buffer, 0, got);
        }

        return new PinnedBytes(count, Convert.ToHexStringLower(hash.GetHashAndReset())).ToString();
    }
}
