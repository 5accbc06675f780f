using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Tests.Ops;

/// <summary>The rows of pooling ops.</summary>
internal static class PoolingCases
{
    private static readonly (Shape Shape, Pool2dArguments Args)[] Windows =
    [
        (new(2, 4, 6, 3), Pool2dArguments.Square(2, 2)),
        (new(1, 5, 7, 37), Pool2dArguments.Square(2, 2)),
        (new(5, 2, 2, 16), Pool2dArguments.Square(2, 2)),
        (new(0, 4, 4, 7), Pool2dArguments.Square(2, 2)),
        (new(2, 6, 7, 31), Pool2dArguments.Square(3, 2, 1)),
        (new(1, 8, 8, 1), Pool2dArguments.Square(3, 2, 1)),
        (new(2, 7, 5, 7), Pool2dArguments.Square(3, 1, 1)),
        (new(1, 7, 7, 7), Pool2dArguments.Square(3, 3)),
        (new(1, 6, 6, 3), Pool2dArguments.Square(2, 2, 1)),
        (new(2, 9, 6, 3), new Pool2dArguments(4, 3, 3, 1, 2, 1)),
        (new(1, 9, 9, 3), Pool2dArguments.Square(2, 4)),
        (new(2, 1, 1, 7), Pool2dArguments.Square(1, 1)),
        (new(1, 1, 2, 3), Pool2dArguments.Square(3, 2, 1)),
    ];

    private static readonly Shape[] Wholes =
        [new(2, 1, 1, 3), new(5, 4, 4, 16), new(1, 7, 7, 37), new(2, 3, 5, 31), new(0, 3, 3, 7), new(1, 2, 1, 1)];

    public static IEnumerable<OpCase> Rows { get; } = [.. Maxima(), .. Averages(), .. GlobalAverages()];

    private static IEnumerable<OpCase> Maxima() => Windows.Select(row => new OpCase(
        $"MaxPool2d {row.Shape} {row.Args}",
        [OpOperand.Activation(row.Shape).Distinct()],
        (tape, x) => tape.MaxPool2d(x[0], row.Args),
        x => PoolingOracle.Max(x[0], row.Shape, row.Args)));

    private static IEnumerable<OpCase> Averages() => Windows.Select(row => new OpCase(
        $"AveragePool2d {row.Shape} {row.Args}",
        [OpOperand.Activation(row.Shape)],
        (tape, x) => tape.AveragePool2d(x[0], row.Args),
        x => PoolingOracle.Average(x[0], row.Shape, row.Args)));

    private static IEnumerable<OpCase> GlobalAverages() => Wholes.Select(shape => new OpCase(
        $"GlobalAveragePool {shape}",
        [OpOperand.Activation(shape)],
        (tape, x) => tape.GlobalAveragePool(x[0]),
        x => PoolingOracle.Average(x[0], shape, new Pool2dArguments(shape.H, shape.W, 1, 1, 0, 0))));
}
