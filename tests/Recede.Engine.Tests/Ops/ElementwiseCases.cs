using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Tests.Ops;

/// <summary>The rows of elementwise ops.</summary>
internal static class ElementwiseCases
{
    private static readonly Shape[] Shapes =
    [
        new(1, 1, 1, 1), new(2, 3, 2, 3), new(1, 5, 3, 7), new(5, 1, 1, 16), new(2, 2, 3, 31), new(1, 3, 3, 37),
        new(0, 2, 2, 3), new(2, 20, 21, 37),
    ];

    public static IEnumerable<OpCase> Rows { get; } = [.. Unary("Relu", (tape, x) => tape.Relu(x), x => Math.Max(x, 0)), .. Adds()];

    private static IEnumerable<OpCase> Unary(string name, Func<Tape, Tensor, Tensor> call, Func<double, double> oracle)
    {
        foreach (var shape in Shapes)
        {
            yield return new OpCase(
                $"{name} {shape}",
                [OpOperand.Activation(shape)],
                (tape, x) => call(tape, x[0]),
                x => Array.ConvertAll(x[0], v => oracle(v)));
        }
    }

    private static IEnumerable<OpCase> Adds()
    {
        foreach (var shape in Shapes)
        {
            yield return new OpCase(
                $"Add {shape}",
                [OpOperand.Activation(shape), OpOperand.Activation(shape)],
                (tape, x) => tape.Add(x[0], x[1]),
                x => Sum(x[0], x[1]));
        }

        yield return new OpCase(
            "Add a tensor to itself",
            [OpOperand.Activation(2, 3, 3, 7)],
            (tape, x) => tape.Add(x[0], x[0]),
            x => Sum(x[0], x[0]));
    }

    private static double[] Sum(double[] a, double[] b)
    {
        var y = new double[a.Length];
        for (var i = 0; i < y.Length; i++)
        {
            y[i] = a[i] + b[i];
        }

        return y;
    }
}
