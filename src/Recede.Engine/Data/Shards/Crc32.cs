using System.Buffers.Binary;

namespace Recede.Engine.Data.Shards;

/// <summary>
/// The CRC-32 of zip, gzip and PNG (polynomial 0xEDB88320, reflected), eight bytes at a time by eight tables: M. Kounavis,
/// F. Berry, "Novel Table Lookup-Based Algorithms for High-Performance CRC Generation" (2008).
/// </summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;
    private const int Slices = 8;

    private static readonly uint[] Table = MakeTable();

    /// <summary>The checksum of some bytes, or of those that it goes on from with these behind.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes, uint before = 0)
    {
        ReadOnlySpan<uint> table = Table;
        var crc = ~before;
        while (bytes.Length >= Slices)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = table[(7 * 256) + (int)(low & 255)] ^ table[(6 * 256) + (int)(low >> 8 & 255)]
                ^ table[(5 * 256) + (int)(low >> 16 & 255)] ^ table[(4 * 256) + (int)(low >> 24)]
                ^ table[(3 * 256) + (int)(high & 255)] ^ table[(2 * 256) + (int)(high >> 8 & 255)]
                ^ table[256 + (int)(high >> 16 & 255)] ^ table[(int)(high >> 24)];
            bytes = bytes[Slices..];
        }

        foreach (var one in bytes)
        {
            crc = crc >> 8 ^ table[(int)((crc ^ one) & 255)];
        }

        return ~crc;
    }

    // Row s: what a byte does to the checksum of s zero bytes behind it.
    private static uint[] MakeTable()
    {
        var table = new uint[Slices * 256];
        for (var i = 0; i < 256; i++)
        {
            var crc = (uint)i;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? crc >> 1 ^ Polynomial : crc >> 1;
            }

            table[i] = crc;
        }

        for (var i = 256; i < table.Length; i++)
        {
            table[i] = table[i - 256] >> 8 ^ table[(int)(table[i - 256] & 255)];
        }

        return table;
    }
}
