using Recede.Engine.Core;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <content>The CPU's code: one plane [H, W, 16] an item.</content>
internal sealed partial class GlobalAveragePoolRule
{
    protected override unsafe void ForwardCpu(in CpuOpContext context, in GlobalAveragePoolArguments args)
    {
        var x = context.InputShape(0);
        var job = new ForwardJob { X = context.Input(0), Y = context.Output(0), Pixels = (long)x.H * x.W };
        context.Pool.Run(ref job, x.N * BlockedLayout.Blocks(x.C));
    }

    protected override unsafe void BackwardCpu(in CpuOpContext context, in GlobalAveragePoolArguments args)
    {
        if (!context.NeedsGradient(0))
        {
            return;
        }

        var x = context.InputShape(0);
        var job = new BackwardJob { Dy = context.OutputGradient(0), Pixels = (long)x.H * x.W };
        job.Dx = context.InputGradient(0, out job.Accumulate);
        context.Pool.Run(ref job, x.N * BlockedLayout.Blocks(x.C));
    }

    private unsafe struct ForwardJob : IParallelJob
    {
        public float* X;
        public float* Y;
        public long Pixels;

        public readonly void Run(int item, int worker)
        {
            var x = X + item * Pixels * BlockedLayout.Lanes;
            var y = Y + (long)item * BlockedLayout.Lanes;
            switch (Simd.Level)
            {
                case SimdLevel.Vector512:
                    Mean<V512>(x, y);
                    break;
                case SimdLevel.Vector256:
                    Mean<V256>(x, y);
                    break;
                default:
                    Mean<V1>(x, y);
                    break;
            }
        }

        // Four sums side by side: shorter chains, for speed and for rounding.
        private readonly void Mean<TV>(float* x, float* y)
            where TV : unmanaged, ISimd<TV>
        {
            var share = TV.Broadcast(1f / Pixels);
            for (var lane = 0; lane < BlockedLayout.Lanes; lane += TV.Count)
            {
                TV a = TV.Zero, b = TV.Zero, c = TV.Zero, d = TV.Zero;
                var p = x + lane;
                long i = 0;
                for (; i + 4 <= Pixels; i += 4, p += 4 * BlockedLayout.Lanes)
                {
                    a += TV.Load(p);
                    b += TV.Load(p + BlockedLayout.Lanes);
                    c += TV.Load(p + 2 * BlockedLayout.Lanes);
                    d += TV.Load(p + 3 * BlockedLayout.Lanes);
                }

                for (; i < Pixels; i++, p += BlockedLayout.Lanes)
                {
                    a += TV.Load(p);
                }

                TV.Store((a + b + (c + d)) * share, y + lane);
            }
        }
    }

    private unsafe struct BackwardJob : IParallelJob
    {
        public float* Dx;
        public float* Dy;
        public long Pixels;
        public bool Accumulate;

        public readonly void Run(int item, int worker)
        {
            var dx = Dx + item * Pixels * BlockedLayout.Lanes;
            var dy = Dy + (long)item * BlockedLayout.Lanes;
            switch (Simd.Level)
            {
                case SimdLevel.Vector512:
                    Spread<V512>(dx, dy);
                    break;
                case SimdLevel.Vector256:
                    Spread<V256>(dx, dy);
                    break;
                default:
                    Spread<V1>(dx, dy);
                    break;
            }
        }

        private readonly void Spread<TV>(float* dx, float* dy)
            where TV : unmanaged, ISimd<TV>
        {
            var share = TV.Broadcast(1f / Pixels);
            for (var lane = 0; lane < BlockedLayout.Lanes; lane += TV.Count)
            {
                var given = TV.Load(dy + lane) * share;
                var p = dx + lane;
                for (long i = 0; i < Pixels; i++, p += BlockedLayout.Lanes)
                {
                    TV.Store(Accumulate ? TV.Load(p) + given : given, p);
                }
            }
        }
    }
}
