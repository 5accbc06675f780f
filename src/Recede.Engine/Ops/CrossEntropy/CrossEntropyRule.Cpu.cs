using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <content>The CPU's code: rows in parallel, then the rows' losses added up in order.</content>
internal sealed partial class CrossEntropyRule
{
    // Logits in an item; a row is never split.
    private const int LogitsPerItem = 4096;

    protected override unsafe void ForwardCpu(in CpuOpContext context, in CrossEntropyArguments args)
    {
        var shape = context.InputShape(Logits);
        var labels = context.InputInts(Labels);
        for (var n = 0; n < shape.N; n++)
        {
            if ((uint)labels[n] >= (uint)shape.C)
            {
                throw context.Error($"the label of row {n} is {labels[n]}, expected 0 to {shape.C - 1} for logits {shape}.");
            }
        }

        var job = new RowsJob
        {
            Shape = shape,
            Labels = labels,
            Smoothing = args.Smoothing,
            Logits = context.Input(Logits),
            Probabilities = context.Output(Probabilities),
            Losses = (double*)context.Workspace(2L * shape.N),
            Right = (int*)context.Workspace(shape.N),
        };
        context.Pool.Run(ref job, Items(shape));
        double loss = 0;
        var correct = 0;
        for (var n = 0; n < shape.N; n++)
        {
            loss += job.Losses[n];
            correct += job.Right[n];
        }

        WriteScalar(context.Output(Loss), (float)(loss / shape.N));
        WriteScalar(context.Output(Correct), correct);
    }

    protected override unsafe void BackwardCpu(in CpuOpContext context, in CrossEntropyArguments args)
    {
        if (!context.NeedsGradient(Logits))
        {
            return;
        }

        var shape = context.InputShape(Logits);
        var job = new GradientJob
        {
            Shape = shape,
            Labels = context.InputInts(Labels),
            Smoothing = args.Smoothing,
            Probabilities = context.Output(Probabilities),
            Scale = *context.OutputGradient(Loss) / shape.N,
        };
        job.Gradient = context.InputGradient(Logits, out job.Accumulate);
        context.Pool.Run(ref job, Items(shape));
    }

    private static int RowsPerItem(Shape shape) => Math.Max(1, LogitsPerItem / shape.C);

    private static int Items(Shape shape) => (shape.N + RowsPerItem(shape) - 1) / RowsPerItem(shape);

    private static unsafe void WriteScalar(float* output, float value)
    {
        new Span<float>(output, BlockedLayout.Lanes).Clear();
        *output = value;
    }

    private unsafe struct RowsJob : IParallelJob
    {
        public Shape Shape;
        public float Smoothing;
        public int* Labels;
        public float* Logits;
        public float* Probabilities;
        public double* Losses;
        public int* Right;

        public readonly void Run(int item, int worker)
        {
            var end = Math.Min((item + 1) * RowsPerItem(Shape), Shape.N);
            for (var n = item * RowsPerItem(Shape); n < end; n++)
            {
                Row(n);
            }
        }

        private readonly void Row(int n)
        {
            var classes = Shape.C;
            var row = (long)n * BlockedLayout.Padded(classes);
            var x = Logits + row;
            var p = Probabilities + row;
            var best = 0;
            var isNumber = !float.IsNaN(x[0]);
            for (var k = 1; k < classes; k++)
            {
                best = x[k] > x[best] ? k : best;
                isNumber &= !float.IsNaN(x[k]);
            }

            Right[n] = isNumber && best == Labels[n] ? 1 : 0;

            // All exponents are 0 or less: none overflows, and the largest term of the sum is 1.
            var largest = isNumber ? x[best] : float.NaN;
            double sum = 0;
            double shifted = 0;
            for (var k = 0; k < classes; k++)
            {
                var e = MathF.Exp(x[k] - largest);
                p[k] = e;
                sum += e;
                shifted += x[k] - largest;
            }

            var scale = (float)(1 / sum);
            for (var k = 0; k < classes; k++)
            {
                p[k] *= scale;
            }

            new Span<float>(p + classes, BlockedLayout.Padded(classes) - classes).Clear();

            // sum over k of t (ln sum - (x - largest)); without smoothing the other classes must not enter at all, as a
            // logit of minus infinity is legal there.
            var ofLabel = (1.0 - Smoothing) * ((double)x[Labels[n]] - largest);
            Losses[n] = Math.Log(sum) - (Smoothing == 0 ? ofLabel : ofLabel + Smoothing * (shifted / classes));
        }
    }

    private unsafe struct GradientJob : IParallelJob
    {
        public Shape Shape;
        public float Smoothing;
        public float Scale;
        public int* Labels;
        public float* Probabilities;
        public float* Gradient;
        public bool Accumulate;

        public readonly void Run(int item, int worker)
        {
            var end = Math.Min((item + 1) * RowsPerItem(Shape), Shape.N);
            for (var n = item * RowsPerItem(Shape); n < end; n++)
            {
                Row(n);
            }
        }

        private readonly void Row(int n)
        {
            var classes = Shape.C;
            var padded = BlockedLayout.Padded(classes);
            var p = Probabilities + (long)n * padded;
            var d = Gradient + (long)n * padded;
            var spread = Smoothing / classes;
            for (var k = 0; k < classes; k++)
            {
                var target = k == Labels[n] ? 1 - Smoothing + spread : spread;
                var gradient = (p[k] - target) * Scale;
                d[k] = Accumulate ? d[k] + gradient : gradient;
            }

            if (!Accumulate)
            {
                new Span<float>(d + classes, padded - classes).Clear();
            }
        }
    }
}
