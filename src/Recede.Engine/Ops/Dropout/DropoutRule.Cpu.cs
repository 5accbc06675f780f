using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <content>The CPU's code: forward and backward are the same product with the mask.</content>
internal sealed partial class DropoutRule
{
    protected override unsafe void ForwardCpu(in CpuOpContext context, in DropoutArguments args) =>
        MaskJob.Run(context.Pool, args, context.InputShape(0), context.Input(0), context.Output(0), accumulate: false);

    protected override unsafe void BackwardCpu(in CpuOpContext context, in DropoutArguments args)
    {
        if (context.NeedsGradient(0))
        {
            var dx = context.InputGradient(0, out var accumulate);
            MaskJob.Run(context.Pool, args, context.InputShape(0), context.OutputGradient(0), dx, accumulate);
        }
    }

    private unsafe struct MaskJob : IParallelJob
    {
        // Blocks of 16 lanes in an item: some 50 microseconds of drawing.
        private const int BlocksPerItem = 512;

        private DropoutArguments _args;
        private Shape _shape;
        private float* _from;
        private float* _to;
        private bool _accumulate;

        public static void Run(WorkerPool pool, in DropoutArguments args, Shape shape, float* from, float* to, bool accumulate)
        {
            var job = new MaskJob { _args = args, _shape = shape, _from = from, _to = to, _accumulate = accumulate };
            var blocks = BlockedLayout.ActivationCount(shape) / BlockedLayout.Lanes;
            pool.Run(ref job, (int)((blocks + BlocksPerItem - 1) / BlocksPerItem));
        }

        public readonly void Run(int item, int worker)
        {
            switch (Simd.Level)
            {
                case SimdLevel.Vector512:
                    Blocks<V512>(item);
                    break;
                case SimdLevel.Vector256:
                    Blocks<V256>(item);
                    break;
                default:
                    Blocks<V1>(item);
                    break;
            }
        }

        private readonly void Blocks<TV>(int item)
            where TV : unmanaged, ISimd<TV>
        {
            var mask = stackalloc float[BlockedLayout.Lanes];
            var pixels = (long)_shape.H * _shape.W;
            var blocks = BlockedLayout.Blocks(_shape.C);
            var first = (long)item * BlocksPerItem;
            var end = Math.Min(first + BlocksPerItem, _shape.N * blocks * pixels);
            for (var block = first; block < end; block++)
            {
                var plane = block / pixels;
                var n = plane / blocks;
                Draw(n * pixels + (block - plane * pixels), (int)(plane - n * blocks), mask);
                var from = _from + block * BlockedLayout.Lanes;
                var to = _to + block * BlockedLayout.Lanes;
                for (var lane = 0; lane < BlockedLayout.Lanes; lane += TV.Count)
                {
                    var kept = TV.Load(from + lane) * TV.Load(mask + lane);
                    TV.Store(_accumulate ? TV.Load(to + lane) + kept : kept, to + lane);
                }
            }
        }

        // Padding lanes may be drawn or not: they are zero before and after.
        private readonly void Draw(long pixel, int block, float* mask)
        {
            var threshold = (uint)(_args.Rate * 4294967296.0);
            var scale = BitConverter.SingleToUInt32Bits(1f / (1f - _args.Rate));
            var fours = (_shape.C + 3) / 4;
            for (var four = 0; four < BlockedLayout.Lanes / 4; four++)
            {
                var counter = (ulong)(pixel * fours + block * (BlockedLayout.Lanes / 4) + four);
                var (x, y, z, w) = Philox.Block(_args.Seed, _args.Stream, counter);
                mask[4 * four] = Factor(x, threshold, scale);
                mask[4 * four + 1] = Factor(y, threshold, scale);
                mask[4 * four + 2] = Factor(z, threshold, scale);
                mask[4 * four + 3] = Factor(w, threshold, scale);
            }
        }

        // Without a branch, which at random would be mispredicted half the time: the difference is negative, so its upper
        // half all ones, where the value is dropped.
        private static float Factor(uint word, uint threshold, uint scale) =>
            BitConverter.UInt32BitsToSingle(scale & ~(uint)(((long)word - threshold) >> 32));
    }
}
