using Recede.Engine.Ops;
using Recede.Engine.Tests.Oracles;

namespace Recede.Engine.Tests.Ops;

/// <summary>The rows of the penalties: one vector and several, shifts.</summary>
internal static class PenaltyCases
{
    private static readonly int[][] Channels = [[1], [3], [7], [16], [31], [37], [3, 37, 16, 1], [.. Enumerable.Range(1, 40)]];

    public static IEnumerable<OpCase> Rows { get; } = [.. Polarising(), .. L1()];

    private static IEnumerable<OpCase> Polarising()
    {
        foreach (var channels in Channels)
        {
            foreach (var b in (float[])[-3, 0, 3])
            {
                yield return new OpCase(
                    $"PolarisingPenalty {Name(channels)} b {b}",
                    Array.ConvertAll(channels, OpOperand.Vector),
                    (tape, w) => tape.PolarisingPenalty(w, 0.5f, b),
                    w => [0.5 * PenaltyOracle.Polarising(w, b)]);
            }
        }
    }

    private static IEnumerable<OpCase> L1()
    {
        foreach (var channels in Channels)
        {
            yield return new OpCase(
                $"L1Penalty {Name(channels)}",
                Array.ConvertAll(channels, OpOperand.Vector),
                (tape, w) => tape.L1Penalty(w, 0.5f),
                w => [0.5 * PenaltyOracle.L1(w)]);
        }
    }

    private static string Name(int[] channels) => channels.Length > 4 ? $"of {channels.Length} vectors" : string.Join("+", channels);
}
