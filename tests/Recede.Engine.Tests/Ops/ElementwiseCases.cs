using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
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

    public static IEnumerable<OpCase> Rows { get; } =
    [
        .. Unary("Relu", (tape, x) => tape.Relu(x), x => Math.Max(x, 0)),
        .. Unary("Bump", (tape, x) => tape.Record(UnaryRule<Bump>.Instance, default, [x]), x => 1 / (1 + Math.Abs(x))),
        .. Adds(),
    ];

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

    /// <summary>y = 1 / (1 + |x|), which is not zero at zero: the rule itself must keep the padding clean.</summary>
    private readonly struct Bump : IUnaryFunction
    {
        public static string Name => "Bump";

        public static string KernelName => "bump";

        public static string KernelText => """
            #include "elementwise.cuh"

            struct Bump {
                RECEDE_DEVICE float forward(float x) { return 1.0f / (1.0f + fabsf(x)); }
                RECEDE_DEVICE float backward(float x, float y, float dy) { return x > 0.0f ? -dy * y * y : dy * y * y; }
            };
            UNARY(bump, Bump)
            """;

        public static bool KeepsZero => false;

        public static bool GradientReadsX => true;

        public static bool GradientReadsY => true;

        public static TV Apply<TV>(TV x)
            where TV : unmanaged, ISimd<TV> => TV.Broadcast(1) / (TV.Broadcast(1) + TV.Abs(x));

        public static TV Gradient<TV>(TV x, TV y, TV dy)
            where TV : unmanaged, ISimd<TV>
        {
            var dx = dy * y * y;
            return TV.SelectGreater(x, TV.Zero, TV.Zero - dx, dx);
        }
    }
}
