namespace Recede.Engine.Tests.Cuda;

/// <summary>The upper half of a single-precision number: 8 bits of exponent, 7 of fraction.</summary>
internal static class BFloat16
{
    /// <summary>Relative distance of two neighbours, at most.</summary>
    public const double Epsilon = 1.0 / 128;

    /// <summary>The nearest, ties to even; NaN stays NaN.</summary>
    public static ushort FromSingle(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7FFF : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>The number, exactly.</summary>
    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>The nearest number that bfloat16 has.</summary>
    public static float Round(float value) => ToSingle(FromSingle(value));
}
