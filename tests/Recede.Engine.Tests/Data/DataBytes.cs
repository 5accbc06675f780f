using System.Buffers.Binary;
using System.IO.Compression;
using Recede.Engine.Data;

namespace Recede.Engine.Tests.Data;

/// <summary>Makes the bytes of data files and small data sets.</summary>
internal static class DataBytes
{
    /// <summary>An IDX file of unsigned bytes with these announced sizes and this body.</summary>
    public static byte[] Idx(uint[] sizes, byte[] body)
    {
        var bytes = new byte[4 + (4 * sizes.Length) + body.Length];
        bytes[2] = 8;
        bytes[3] = (byte)sizes.Length;
        for (int i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 + (4 * i)), sizes[i]);
        }

        body.CopyTo(bytes, 4 + (4 * sizes.Length));
        return bytes;
    }

    /// <summary>A sound file of images [n, height, width] with seeded values.</summary>
    public static byte[] IdxImages(int n, int height, int width, int seed = 1) =>
        Idx([(uint)n, (uint)height, (uint)width], Noise(n * height * width, seed));

    /// <summary>A sound file of labels 0, 1, .. 9, 0, ...</summary>
    public static byte[] IdxLabels(int n) =>
        Idx([(uint)n], [.. Enumerable.Range(0, n).Select(i => (byte)(i % 10))]);

    public static byte[] Noise(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>A CIFAR file: record r has label r modulo the classes and value (r + 7 * i) modulo 251 at i.</summary>
    public static byte[] Cifar(int records, bool fine)
    {
        int labelBytes = fine ? 2 : 1;
        var bytes = new byte[records * (labelBytes + 3072)];
        for (int r = 0; r < records; r++)
        {
            Span<byte> record = bytes.AsSpan(r * (labelBytes + 3072), labelBytes + 3072);
            if (fine)
            {
                record[0] = (byte)(r % 20);
            }

            record[labelBytes - 1] = (byte)(r % (fine ? 100 : 10));
            for (int i = 0; i < 3072; i++)
            {
                record[labelBytes + i] = CifarValue(r, i);
            }
        }

        return bytes;
    }

    /// <summary>The value at place i of the planes of record r of <see cref="Cifar"/>.</summary>
    public static byte CifarValue(int record, int place) => (byte)((record + (7 * place)) % 251);

    /// <summary>n images of 2 x 3 x 1: each byte of image i is i modulo 256, its label i modulo 10.</summary>
    public static ImageDataset Small(int n) => new(
        "small",
        height: 2,
        width: 3,
        channels: 1,
        classes: 10,
        Enumerable.Range(0, n * 6).Select(i => (byte)(i / 6)).ToArray(),
        Enumerable.Range(0, n).Select(i => i % 10).ToArray());
}
