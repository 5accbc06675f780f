using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Recede.Engine.Checkpoints;

/// <summary>Floats as a file has them: little-endian.</summary>
internal static class FloatBytes
{
    /// <summary>The same memory as bytes.</summary>
    public static Span<byte> Of(float[] values) => MemoryMarshal.AsBytes(values.AsSpan());

    /// <summary>Turns the bytes of every value around where this machine has them the other way; twice changes nothing.</summary>
    public static void Order(float[] values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            var bits = MemoryMarshal.Cast<float, uint>(values.AsSpan());
            BinaryPrimitives.ReverseEndianness(bits, bits);
        }
    }
}
