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

    /// <summary>Writes one record, by one call of the stream.</summary>
    public static void Write(Stream stream, ReadOnlySpan<byte> record)
    {
        var framed = new byte[sizeof(ulong) + sizeof(uint) + record.Length + sizeof(uint)];
        var number = framed.AsSpan(0, sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(number, (ulong)record.Length);
        WriteChecksum(framed.AsSpan(sizeof(ulong)), number);
        record.CopyTo(framed.AsSpan(sizeof(ulong) + sizeof(uint)));
        WriteChecksum(framed.AsSpan(framed.Length - sizeof(uint)), record);
        stream.Write(framed);
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

    private static void WriteChecksum(Span<byte> to, ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.WriteUInt32LittleEndian(to, Mask(Crc32C(bytes)));
}
