using Recede.Engine.Core;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <content>The CPU's loops.</content>
internal sealed unsafe partial class BinaryRule<TFunction>
{
    protected override void ForwardCpu(in CpuOpContext context, in NoArguments args)
    {
        var job = new ForwardJob
        {
            A = context.Input(0),
            B = context.Input(1),
            Y = context.Output(0),
            Count = BlockedLayout.ActivationCount(context.OutputShape(0)),
        };
        context.Pool.Run(ref job, ElementwiseCut.Items(job.Count));
    }

    protected override void BackwardCpu(in CpuOpContext context, in NoArguments args)
    {
        // One pass an operand: a tensor given as both gets the first gradient written before the second is added.
        for (var operand = 0; operand < 2; operand++)
        {
            if (!context.NeedsGradient(operand))
            {
                continue;
            }

            var job = new BackwardJob
            {
                A = TFunction.GradientReadsOperands ? context.Input(0) : null,
                B = TFunction.GradientReadsOperands ? context.Input(1) : null,
                Dy = context.OutputGradient(0),
                Dx = context.InputGradient(operand, out var accumulate),
                Accumulate = accumulate,
                Second = operand == 1,
                Count = BlockedLayout.ActivationCount(context.OutputShape(0)),
            };
            context.Pool.Run(ref job, ElementwiseCut.Items(job.Count));
        }
    }

    private struct ForwardJob : IParallelJob
    {
        public float* A;
        public float* B;
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
                TV.Store(TFunction.Apply(TV.Load(A + i), TV.Load(B + i)), Y + i);
            }
        }
    }

    private struct BackwardJob : IParallelJob
    {
        public float* A;
        public float* B;
        public float* Dy;
        public float* Dx;
        public bool Accumulate;
        public bool Second;
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
                var a = TFunction.GradientReadsOperands ? TV.Load(A + i) : TV.Zero;
                var b = TFunction.GradientReadsOperands ? TV.Load(B + i) : TV.Zero;
                var dy = TV.Load(Dy + i);
                var dx = Second ? TFunction.GradientB(a, b, dy) : TFunction.GradientA(a, b, dy);
                TV.Store(Accumulate ? TV.Load(Dx + i) + dx : dx, Dx + i);
            }
        }
    }
}
