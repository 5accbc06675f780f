using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <content>The CPU's loops: an item is one image.</content>
internal sealed unsafe partial class FlattenRule
{
    private const int Lanes = BlockedLayout.Lanes;

    protected override void ForwardCpu(in CpuOpContext context, in NoArguments args)
    {
        var job = new ForwardJob { X = context.Input(0), Y = context.Output(0), Shape = context.InputShape(0) };
        context.Pool.Run(ref job, job.Shape.N);
    }

    protected override void BackwardCpu(in CpuOpContext context, in NoArguments args)
    {
        if (context.NeedsGradient(0))
        {
            var job = new BackwardJob
            {
                Dy = context.OutputGradient(0),
                Dx = context.InputGradient(0, out var accumulate),
                Accumulate = accumulate,
                Shape = context.InputShape(0),
            };
            context.Pool.Run(ref job, job.Shape.N);
        }
    }

    private static int Features(Shape shape) => shape.H * shape.W * shape.C;

    private struct ForwardJob : IParallelJob
    {
        public float* X;
        public float* Y;
        public Shape Shape;

        public readonly void Run(int item, int worker)
        {
            var pixels = Shape.H * Shape.W;
            var features = Features(Shape);
            var y = Y + (long)item * BlockedLayout.Padded(features);
            for (var first = 0; first < Shape.C; first += Lanes)
            {
                var count = Math.Min(Lanes, Shape.C - first);
                var x = X + BlockedLayout.ActivationIndex(Shape, item, 0, 0, first);
                for (var p = 0; p < pixels; p++)
                {
                    new ReadOnlySpan<float>(x + (long)p * Lanes, count).CopyTo(new Span<float>(y + (long)p * Shape.C + first, count));
                }
            }

            new Span<float>(y + features, BlockedLayout.Padded(features) - features).Clear();
        }
    }

    private struct BackwardJob : IParallelJob
    {
        public float* Dy;
        public float* Dx;
        public bool Accumulate;
        public Shape Shape;

        public readonly void Run(int item, int worker)
        {
            var pixels = Shape.H * Shape.W;
            var dy = Dy + (long)item * BlockedLayout.Padded(Features(Shape));
            for (var first = 0; first < Shape.C; first += Lanes)
            {
                var count = Math.Min(Lanes, Shape.C - first);
                var dx = Dx + BlockedLayout.ActivationIndex(Shape, item, 0, 0, first);
                for (var p = 0; p < pixels; p++)
                {
                    var source = dy + (long)p * Shape.C + first;
                    var target = dx + (long)p * Lanes;
                    for (var lane = 0; lane < Lanes; lane++)
                    {
                        var value = lane < count ? source[lane] : 0;
                        target[lane] = Accumulate ? target[lane] + value : value;
                    }
                }
            }
        }
    }
}
