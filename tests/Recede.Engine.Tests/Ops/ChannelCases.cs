using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Tests.Ops;

/// <summary>The rows of ops that move channels: channel map, concat, flatten.</summary>
internal static class ChannelCases
{
    public static IEnumerable<OpCase> Rows { get; } = [.. Maps(), .. Concats(), .. Flattens()];

    private static IEnumerable<OpCase> Maps()
    {
        yield return Map("option A 16 to 32", new(2, 6, 6, 16), ChannelIndexMap.Padded(16, 8, 8), 2);
        yield return Map("option A, odd", new(2, 5, 7, 7), ChannelIndexMap.Padded(7, 4, 5), 2);
        yield return Map("stride 3", new(1, 7, 5, 3), ChannelIndexMap.Padded(3, 0, 0), 3);
        yield return Map("mask", new(2, 3, 2, 37), new ChannelIndexMap([.. Enumerable.Range(0, 37).Select(c => c % 3 == 0 ? -1 : c)]), 1);
        yield return Map("subset", new(2, 2, 2, 37), new ChannelIndexMap([1, 2, 16, 31, 36]), 1);
        yield return Map("repeated and reordered", new(1, 3, 3, 17), new ChannelIndexMap([16, 3, 3, -1, 0, 16, 16, 5, 1, 1, 1, 0, 4, 6, 8, 2, 12, 15]), 1);
        yield return Map("all zero", new(2, 2, 2, 3), new ChannelIndexMap([-1, -1]), 1);
        yield return Map("no image", new(0, 2, 2, 3), ChannelIndexMap.Padded(3, 1, 1), 1);
    }

    private static OpCase Map(string name, Shape shape, ChannelIndexMap map, int stride) => new(
        $"ChannelMap {name}",
        [OpOperand.Activation(shape)],
        (tape, x) => tape.ChannelMap(x[0], map, stride),
        x =>
        {
            var to = new Shape(shape.N, (shape.H + stride - 1) / stride, (shape.W + stride - 1) / stride, map.Outputs);
            var y = new double[to.Count];
            Each(to, (n, h, w, c) => y[RowMajor.Index(to, n, h, w, c)] =
                map[c] < 0 ? 0 : x[0][RowMajor.Index(shape, n, h * stride, w * stride, map[c])]);
            return y;
        });

    private static IEnumerable<OpCase> Concats()
    {
        yield return Concat("in whole blocks", new(2, 3, 2, 0), [16, 32, 16]);
        yield return Concat("a ragged end", new(2, 3, 2, 0), [16, 7]);
        yield return Concat("ragged offsets", new(1, 2, 3, 0), [7, 16, 1, 31]);
        yield return Concat("ragged, then a block", new(1, 2, 2, 0), [3, 13, 16]);
        yield return Concat("one part", new(2, 2, 2, 0), [37]);
        yield return Concat("no image", new(0, 2, 2, 0), [3, 4]);
        yield return new OpCase(
            "Concat a tensor with itself",
            [OpOperand.Activation(2, 2, 2, 16)],
            (tape, x) => tape.Concat([x[0], x[0]]),
            x => Chain(new(2, 2, 2, 0), [16, 16], [x[0], x[0]]));
    }

    private static OpCase Concat(string name, Shape shape, int[] widths) => new(
        $"Concat {name}",
        Array.ConvertAll(widths, c => OpOperand.Activation(shape.WithC(c))),
        (tape, x) => tape.Concat(x),
        x => Chain(shape, widths, x));

    private static double[] Chain(Shape shape, int[] widths, double[][] x)
    {
        var to = shape.WithC(widths.Sum());
        var y = new double[to.Count];
        var offset = 0;
        for (var k = 0; k < widths.Length; k++)
        {
            var (part, from, first) = (shape.WithC(widths[k]), x[k], offset);
            Each(part, (n, h, w, c) => y[RowMajor.Index(to, n, h, w, first + c)] = from[RowMajor.Index(part, n, h, w, c)]);
            offset += widths[k];
        }

        return y;
    }

    private static IEnumerable<OpCase> Flattens()
    {
        Shape[] shapes = [new(2, 3, 2, 7), new(1, 1, 1, 16), new(5, 1, 1, 31), new(2, 2, 2, 32), new(1, 2, 3, 37), new(0, 2, 2, 3)];
        foreach (var shape in shapes)
        {
            // Row-major order is the order of the features.
            yield return new OpCase(
                $"Flatten {shape}",
                [OpOperand.Activation(shape)],
                (tape, x) => tape.Flatten(x[0]),
                x => (double[])x[0].Clone());
        }
    }

    private static void Each(Shape shape, Action<int, int, int, int> visit)
    {
        for (var n = 0; n < shape.N; n++)
        {
            for (var h = 0; h < shape.H; h++)
            {
                for (var w = 0; w < shape.W; w++)
                {
                    for (var c = 0; c < shape.C; c++)
                    {
                        visit(n, h, w, c);
                    }
                }
            }
        }
    }
}
