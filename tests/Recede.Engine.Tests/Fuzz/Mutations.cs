using System.Buffers.Binary;

namespace Recede.Engine.Tests.Fuzz;

/// <summary>Random changes to the bytes of a file.</summary>
internal static class Mutations
{
    private const int MostChanges = 4;

    private static readonly ulong[] Numbers =
    [
        0, 1, 255, 256, ushort.MaxValue, 1 << 24, int.MaxValue - 1, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32, 1UL << 40, long.MaxValue, ulong.MaxValue,
    ];

    /// <summary>One to four changes, one upon another; the bytes given stay as they are.</summary>
    public static byte[] Of(byte[] sound, Random random)
    {
        var bytes = (byte[])sound.Clone();
        for (var changes = random.Next(1, MostChanges + 1); changes > 0 && bytes.Length > 0; changes--)
        {
            bytes = Change(bytes, random);
        }

        return bytes;
    }

    private static byte[] Change(byte[] bytes, Random random)
    {
        var at = Place(bytes, random);
        switch (random.Next(8))
        {
            case 0:
                return bytes[..at];
            case 1:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 3 or 4:
                Write(bytes.AsSpan(at), Numbers[random.Next(Numbers.Length)], random);
                return bytes;
            case 5:
                // One part over another.
                var length = random.Next(Math.Min(64, bytes.Length - at) + 1);
                bytes.AsSpan(random.Next(bytes.Length - length + 1), length).CopyTo(bytes.AsSpan(at));
                return bytes;
            case 6:
                return [.. bytes[..at], .. bytes[random.Next(bytes.Length)..]];
            default:
                var noise = new byte[random.Next(1, 600)];
                random.NextBytes(noise);
                return [.. bytes[..at], .. noise, .. bytes[at..]];
        }
    }

    // Headers stand in front: half of the changes are made there.
    private static int Place(byte[] bytes, Random random) => random.Next(2) == 0 ? random.Next(Math.Min(bytes.Length, 100)) : random.Next(bytes.Length);

    private static void Write(Span<byte> to, ulong number, Random random)
    {
        Span<byte> bytes = stackalloc byte[8];
        var isShort = random.Next(2) == 0;
        if (random.Next(2) == 0)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
            bytes = isShort ? bytes[..4] : bytes;
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
            bytes = isShort ? bytes[4..] : bytes;
        }

        bytes[..Math.Min(bytes.Length, to.Length)].CopyTo(to);
    }
}
