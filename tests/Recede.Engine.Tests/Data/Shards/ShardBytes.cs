using System.Buffers.Binary;
using System.Text;

namespace Recede.Engine.Tests.Data.Shards;

/// <summary>Writes shards as docs/shards.md tells them, with a checksum of its own.</summary>
internal static class ShardBytes
{
    public const int Height = 3;
    public const int Width = 4;
    public const int Channels = 3;
    public const int ImageBytes = Height * Width * Channels;

    public static readonly string[] Classes = ["ant", "bee", "cat", "dog", "eel"];

    /// <summary>The pixels of image i of a set: noise of its own.</summary>
    public static byte[] Image(int i) => DataBytes.Noise(ImageBytes, seed: 1000 + i);

    /// <summary>A shard of images first..first+count-1, whose label is their number modulo 5.</summary>
    public static byte[] Shard(int first, int count, int number = 0, int shards = 1, uint set = 7, string[]? classes = null)
    {
        var names = Encoding.UTF8.GetBytes(string.Join('\n', classes ?? Classes));
        var counts = new ulong[Channels * 256];
        using var tables = new MemoryStream();
        using var writer = new BinaryWriter(tables);
        var images = Enumerable.Range(first, count).Select(Image).ToArray();
        foreach (var image in images)
        {
            for (var i = 0; i < image.Length; i++)
            {
                counts[(i % Channels * 256) + image[i]]++;
            }
        }

        writer.Write(names);
        Array.ForEach(counts, writer.Write);
        for (var i = 0; i < count; i++)
        {
            writer.Write((first + i) % Classes.Length);
        }

        Array.ForEach(images, image => writer.Write(Crc(image)));
        uint[] numbers =
            [1, Height, Width, Channels, (uint)Classes.Length, (uint)count, (uint)number, (uint)shards, (uint)names.Length, set];
        var header = new byte[64];
        "RECSHARD"u8.CopyTo(header);
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8 + (4 * i)), numbers[i]);
        }

        byte[] file = [.. header, .. tables.ToArray(), .. images.SelectMany(image => image)];
        Sign(file);
        return file;
    }

    /// <summary>Makes the checksums of tables and header fit: made by somebody who means it.</summary>
    public static void Sign(byte[] file)
    {
        long At(int place) => BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(place));
        var tables = At(40) + (At(20) * 2048) + (At(28) * 8);
        var held = (int)Math.Min(tables, file.Length - 64);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(48), Crc(file.AsSpan(64, held)));
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(60), Crc(file.AsSpan(0, 60)));
    }

    /// <summary>CRC-32, a bit at a time.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
