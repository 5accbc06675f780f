using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Oracles;

namespace Recede.Engine.Tests.Ops;

/// <summary>The rows of the norms: shapes, residual, ReLU, moments given or taken.</summary>
internal static class NormCases
{
    private const float Momentum = 0.25f;

    // Channels in and around a block of 16; values a channel 1, 2, odd, and enough for several parts.
    private static readonly Shape[] Shapes =
    [
        new(1, 1, 1, 1), new(1, 1, 1, 7), new(2, 1, 1, 3), new(3, 1, 1, 37), new(1, 3, 5, 7), new(5, 3, 3, 16),
        new(2, 3, 5, 31), new(1, 5, 5, 37), new(5, 16, 16, 3), new(3, 19, 21, 17), new(1, 41, 37, 1), new(1100, 1, 1, 5),
        new(11, 3, 3, 131),
    ];

    public static IEnumerable<OpCase> Rows { get; } = [.. All(bounded: true), .. All(bounded: false)];

    private static IEnumerable<OpCase> All(bool bounded)
    {
        foreach (var shape in Shapes)
        {
            for (var options = 0; options < 8; options++)
            {
                var row = new Row(shape, bounded, Relu: (options & 1) != 0, Residual: (options & 2) != 0, Moments: (options & 4) != 0);

                // All options on the small shapes; on the others the plainest and the fullest, the moments taken and given.
                if (shape.Count < 2000 || options is 0 or 3 or 7)
                {
                    yield return row.Case();
                }
            }
        }
    }

    private sealed record Row(Shape Shape, bool Bounded, bool Relu, bool Residual, bool Moments)
    {
        // Operands: x, scale, running mean, running variance, then beta and residual where there are any.
        private int BetaAt => Bounded ? -1 : 4;

        private int ResidualAt => !Residual ? -1 : Bounded ? 4 : 5;

        // Where a channel has few values its variance may be tiny, and the norm then has no gentle derivative.
        private float Epsilon => Shape.N * Shape.H * Shape.W < 8 ? 0.25f : 1e-5f;

        private NormOracle Oracle => new(Shape, Epsilon, Relu);

        public OpCase Case()
        {
            var name = $"{(Bounded ? "Bounded" : "")}BatchNorm {Shape}{(Relu ? " relu" : "")}{(Residual ? " residual" : "")}{(Moments ? " moments" : "")}";
            List<OpOperand> operands =
            [
                OpOperand.Activation(Shape) with { Draw = AwayFromTheMean },
                OpOperand.Vector(Shape.C),
                OpOperand.Statistic(Shape.C),
                OpOperand.Statistic(Shape.C, positive: true),
            ];
            if (!Bounded)
            {
                // Where only a small gamma keeps y from the ReLU's kink, beta must not lead it there.
                operands.Add(OpOperand.Vector(Shape.C).Scaled(Relu && !Residual && Shape.Count > Shape.C ? 1.0 / 1024 : 1));
            }

            if (Residual)
            {
                // A ReLU's kink must not lie within a step: the residual decides the sign.
                operands.Add(Relu ? OpOperand.Activation(Shape) with { Draw = Far } : OpOperand.Activation(Shape));
            }

            return new OpCase(name, [.. operands], Call, x => [Train(x)])
            {
                Evaluation = x => [Oracle.Apply(x[0], Scale(x), Operand(x, BetaAt), x[2], x[3], Operand(x, ResidualAt))],
                After = x =>
                {
                    var after = new double[]?[x.Length];
                    (after[2], after[3]) = Oracle.Follow(x[0], x[2], x[3], Momentum);
                    return after;
                },
                Probes = Shape.Count > 2000 ? 16 : 150,
            };
        }

        private Tensor[] Call(Tape tape, Tensor[] x)
        {
            if (Moments && tape.Training)
            {
                var (mean, variance) = Oracle.Moments(Array.ConvertAll(x[0].ToArray(), v => (double)v));
                var moments = Array.ConvertAll([.. mean, .. variance], v => (float)v);
                tape.AttachMoments(x[0], tape.Input(moments, new Shape(2, 1, 1, Shape.C)));
            }

            var args = new NormArguments(Epsilon, Momentum, Relu);
            var residual = Residual ? x[ResidualAt] : Tensor.None;
            return [Bounded
                ? tape.BoundedBatchNorm(x[0], x[1], x[2], x[3], args, residual)
                : tape.BatchNorm(x[0], x[1], x[BetaAt], x[2], x[3], args, residual)];
        }

        private double[] Train(double[][] x) => Oracle.Train(x[0], Scale(x), Operand(x, BetaAt), Operand(x, ResidualAt));

        private double[] Scale(double[][] x) => Bounded ? NormOracle.Sigmoids(x[1]) : x[1];

        private static double[]? Operand(double[][] x, int at) => at < 0 ? null : x[at];

        // Magnitudes from 1 to 2 with the sign alternating over the pixels: no value is near its channel's mean, where the
        // ReLU has its kink.
        private double[] AwayFromTheMean(Random random, int count)
        {
            var values = new double[count];
            for (var i = 0; i < count; i++)
            {
                values[i] = (random.Next(64, 128) + 0.5) / 64 * (i / Shape.C % 2 == 0 ? 1 : -1);
            }

            return values;
        }

        private static double[] Far(Random random, int count)
        {
            var values = new double[count];
            for (var i = 0; i < count; i++)
            {
                values[i] = (random.Next(64, 128) + 0.5) / 8 * (random.Next(2) == 0 ? 1 : -1);
            }

            return values;
        }
    }
}
