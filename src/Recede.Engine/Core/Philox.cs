using System.Runtime.CompilerServices;

namespace Recede.Engine.Core;

/// <summary>
/// Counter-based random numbers, Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011).
/// A number depends on (seed, stream, counter) alone, so it is the same on every device and in every order.
/// </summary>
public static class Philox
{
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    /// <summary>The four words of one block: counter (counter low, counter high, stream low, stream high), key seed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint X, uint Y, uint Z, uint W) Block(ulong seed, ulong stream, ulong counter)
    {
        uint x = (uint)counter, y = (uint)(counter >> 32), z = (uint)stream, w = (uint)(stream >> 32);
        uint k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (var round = 0; round < 10; round++)
        {
            var a = (ulong)Multiplier0 * x;
            var b = (ulong)Multiplier1 * z;
            x = (uint)(b >> 32) ^ y ^ k0;
            y = (uint)b;
            z = (uint)(a >> 32) ^ w ^ k1;
            w = (uint)a;
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return (x, y, z, w);
    }

    /// <summary>Uniform 32-bit integer number <paramref name="counter"/> of a stream.</summary>
    public static uint UInt32(ulong seed, ulong stream, ulong counter)
    {
        var block = Block(seed, stream, counter >> 2);
        return (counter & 3) switch { 0 => block.X, 1 => block.Y, 2 => block.Z, _ => block.W };
    }

    /// <summary>Uniform integer in [0, <paramref name="bound"/>) by multiplication; biased by less than bound / 2^32.</summary>
    public static int Below(int bound, ulong seed, ulong stream, ulong counter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)((ulong)UInt32(seed, stream, counter) * (ulong)bound >> 32);
    }

    /// <summary>Uniform float in [0, 1) with 24 random bits.</summary>
    public static float Uniform(ulong seed, ulong stream, ulong counter) => (UInt32(seed, stream, counter) >> 8) * (1f / (1 << 24));

    /// <summary>Standard normal number, by Box and Muller in double precision; made on the host on every device.</summary>
    public static float Normal(ulong seed, ulong stream, ulong counter)
    {
        var block = Block(seed, stream, counter >> 1);
        var first = (counter & 1) == 0;
        var u = ((first ? block.X : block.Z) + 1.0) / 4294967296.0;
        var v = (first ? block.Y : block.W) / 4294967296.0;
        return (float)(Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * v));
    }

    /// <summary>A stream's number from a text, so that every parameter draws from a stream of its own (FNV-1a).</summary>
    public static ulong StreamOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var hash = 14695981039346656037UL;
        foreach (var c in name)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return hash;
    }
}
