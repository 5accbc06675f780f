using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Tests.Ops;

/// <summary>The rows of dropout.</summary>
internal static class DropoutCases
{
    public static IEnumerable<OpCase> Rows { get; } =
    [
        Row(new(1, 1, 1, 1), 0.5f), Row(new(2, 3, 2, 3), 0.1f), Row(new(5, 1, 1, 16), 0.9f), Row(new(2, 2, 3, 31), 0.5f),
        Row(new(1, 3, 3, 37), 0.25f), Row(new(0, 2, 2, 3), 0.5f), Row(new(3, 9, 20, 37), 0.5f),
    ];

    /// <summary>What value c of a pixel is multiplied by, straight from <see cref="Philox"/>.</summary>
    public static double Factor(ulong seed, ulong stream, Shape shape, int pixel, int c, float rate)
    {
        var counter = (ulong)((pixel * ((shape.C + 3) / 4)) + (c / 4));
        var (x, y, z, w) = Philox.Block(seed, stream, counter);
        uint word = (c % 4) switch { 0 => x, 1 => y, 2 => z, _ => w };
        return word / 4294967296.0 >= rate ? 1 / (1 - (double)rate) : 0;
    }

    private static OpCase Row(Shape shape, float rate)
    {
        // The harness runs in scope "layer", with seed and step number 0.
        ulong stream = Philox.StreamOf("layer");
        return new OpCase(
            $"Dropout {shape} rate {rate}",
            [OpOperand.Activation(shape)],
            (tape, x) => tape.Dropout(x[0], rate),
            x =>
            {
                var y = new double[x[0].Length];
                for (int i = 0; i < y.Length; i++)
                {
                    y[i] = x[0][i] * Factor(0, stream, shape, i / shape.C, i % shape.C, rate);
                }

                return y;
            })
        {
            Evaluation = x => [x[0]],
        };
    }
}
