namespace Recede.Engine.Devices.Cuda;

/// <summary>Between float32 and bfloat16, which is its upper half, on the host: to the same bits as kernels/common.cuh.</summary>
internal static class BFloat16Conversion
{
    private const ushort NaN = 0x7FFF;

    /// <summary>Bits of the nearest bfloat16, ties to even; a NaN stays one.</summary>
    public static ushort ToBits(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? NaN : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Rounds values.</summary>
    public static void Round(ReadOnlySpan<float> values, Span<ushort> bits)
    {
        for (var i = 0; i < values.Length; i++)
        {
            bits[i] = ToBits(values[i]);
        }
    }

    /// <summary>Widens values, exactly.</summary>
    public static void Widen(ReadOnlySpan<ushort> bits, Span<float> values)
    {
        for (var i = 0; i < bits.Length; i++)
        {
            values[i] = BitConverter.UInt32BitsToSingle((uint)bits[i] << 16);
        }
    }
}
