using Recede.Engine.Core;

namespace Recede.Engine.Data;

/// <summary>Permutations that depend on a seed and a stream number alone.</summary>
internal static class SeededOrder
{
    /// <summary>The stream of epoch 0's order; epoch e has this plus e. The letters are "SHUF".</summary>
    public const ulong EpochStream = 0x5348_5546_0000_0000;

    /// <summary>The stream that draws subsets. The letters are "SUBS".</summary>
    public const ulong SubsetStream = 0x5355_4253_0000_0000;

    /// <summary>
    /// Fills <paramref name="order"/> with a uniformly drawn permutation of 0..n-1
    /// (Fisher and Yates, in Durstenfeld's form; the draw at place i is number i of the stream).
    /// </summary>
    public static void Fill(Span<int> order, ulong seed, ulong stream)
    {
        Identity(order);
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = (int)Below((uint)i + 1, seed, stream, (ulong)i);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }

    /// <summary>Fills <paramref name="order"/> with 0, 1, 2, ...</summary>
    public static void Identity(Span<int> order)
    {
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }
    }

    /// <summary>
    /// A uniform integer in 0..bound-1 without bias: Lemire, "Fast Random Integer Generation in an
    /// Interval" (2019). A rejected draw tries the same counter with the next upper half.
    /// </summary>
    private static uint Below(uint bound, ulong seed, ulong stream, ulong counter)
    {
        uint threshold = unchecked(0u - bound) % bound;
        while (true)
        {
            ulong product = (ulong)Philox.UInt32(seed, stream, counter) * bound;
            if ((uint)product >= threshold)
            {
                return (uint)(product >> 32);
            }

            counter += 1UL << 32;
        }
    }
}
