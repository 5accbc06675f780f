using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <content>The CPU's loops.</content>
internal sealed unsafe partial class UnaryRule<TFunction>
{
    protected override void ForwardCpu(in CpuOpContext context, in NoArguments args)
    {
        var shape = context.OutputShape(0);
        var y = context.Output(0);
        var job = new ForwardJob { X = context.Input(0), Y = y, Count = BlockedLayout.ActivationCount(shape) };
        context.Pool.Run(ref job, ElementwiseCut.Items(job.Count));
        ClearPadding(y, shape);
    }

    protected override void BackwardCpu(in CpuOpContext context, in NoArguments args)
    {
        if (!context.NeedsGradient(0))
        {
            return;
        }

        var shape = context.OutputShape(0);
        var dx = context.InputGradient(0, out var accumulate);
        var job = new BackwardJob
        {
            X = TFunction.GradientReadsX ? context.Input(0) : null,
            Y = TFunction.GradientReadsY ? context.Output(0) : null,
            Dy = context.OutputGradient(0),
            Dx = dx,
            Accumulate = accumulate,
            Count = BlockedLayout.ActivationCount(shape),
        };
        context.Pool.Run(ref job, ElementwiseCut.Items(job.Count));
        ClearPadding(dx, shape);
    }

    private static void ClearPadding(float* values, Shape shape)
    {
        if (!TFunction.KeepsZero)
        {
            ElementwiseCut.ClearPadding(values, shape);
        }
    }

    private struct ForwardJob : IParallelJob
    {
        public float* X;
        public float* Y;
        public long Count;

        public readonly void Run(int item, int worker)
        {
            switch (Simd.Level)
            {
                case SimdLevel.Vector512:
                    Loop<V512>(item);
                    break;
                case SimdLevel.Vector256:
                    Loop<V256>(item);
                    break;
                default:
                    Loop<V1>(item);
                    break;
            }
        }

        private readonly void Loop<TV>(int item)
            where TV : unmanaged, ISimd<TV>
        {
            var end = ElementwiseCut.End(item, Count);
            for (var i = ElementwiseCut.Start(item); i < end; i += TV.Count)
            {
                TV.Store(TFunction.Apply(TV.Load(X + i)), Y + i);
            }
        }
    }

    private struct BackwardJob : IParallelJob
    {
        public float* X;
        public float* Y;
        public float* Dy;
        public float* Dx;
        public bool Accumulate;
        public long Count;

        public readonly void Run(int item, int worker)
        {
            switch (Simd.Level)
            {
                case SimdLevel.Vector512:
                    Loop<V512>(item);
                    break;
                case SimdLevel.Vector256:
                    Loop<V256>(item);
                    break;
                default:
                    Loop<V1>(item);
                    break;
            }
        }

        private readonly void Loop<TV>(int item)
            where TV : unmanaged, ISimd<TV>
        {
            var end = ElementwiseCut.End(item, Count);
            for (var i = ElementwiseCut.Start(item); i < end; i += TV.Count)
            {
                var x = TFunction.GradientReadsX ? TV.Load(X + i) : TV.Zero;
                var y = TFunction.GradientReadsY ? TV.Load(Y + i) : TV.Zero;
                var dx = TFunction.Gradient(x, y, TV.Load(Dy + i));
                TV.Store(Accumulate ? TV.Load(Dx + i) + dx : dx, Dx + i);
            }
        }
    }
}
