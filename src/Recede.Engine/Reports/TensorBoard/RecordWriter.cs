using System.Buffers.Binary;
using System.Numerics;

namespace Recede.Engine.Reports.TensorBoard;

/// <summary>
/// Writes records as TFRecord frames them: length (8 bytes, little-endian), its checksum, the bytes, their checksum. A checksum is a masked
/// CRC-32C, so that one of bytes that hold checksums is none of them again.
/// </summary>
internal static class RecordWriter
{
    private const uint MaskDelta = 0xa282ead8;

    /// <summary>Writes one record.</summary>
    public static void Write(Stream stream, ReadOnlySpan<byte> record)
    {
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, (ulong)record.Length);
        stream.Write(number);
        WriteChecksum(stream, number);
        stream.Write(record);
        WriteChecksum(stream, record);
    }

    /// <summary>CRC-32C (Castagnoli) of some bytes.</summary>
    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }

    /// <summary>The checksum as a record holds it.</summary>
    public static uint Mask(uint crc) => BitOperations.RotateRight(crc, 15) + MaskDelta;

    private static void WriteChecksum(Stream stream, ReadOnlySpan<byte> bytes)
    {
        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Mask(Crc32C(bytes)));
        stream.Write(checksum);
    }
}
