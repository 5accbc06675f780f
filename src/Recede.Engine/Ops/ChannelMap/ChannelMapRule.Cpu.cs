using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <content>The CPU's loops: an item is one channel block of one image.</content>
internal sealed unsafe partial class ChannelMapRule
{
    private const int Lanes = BlockedLayout.Lanes;

    protected override void ForwardCpu(in CpuOpContext context, in ChannelMapArguments args)
    {
        fixed (int* sources = args.Map.Sources)
        {
            var job = new ForwardJob
            {
                X = context.Input(0),
                Y = context.Output(0),
                XShape = context.InputShape(0),
                YShape = context.OutputShape(0),
                Sources = sources,
                Stride = args.Stride,
            };
            context.Pool.Run(ref job, job.YShape.N * BlockedLayout.Blocks(job.YShape.C));
        }
    }

    protected override void BackwardCpu(in CpuOpContext context, in ChannelMapArguments args)
    {
        if (!context.NeedsGradient(0))
        {
            return;
        }

        fixed (int* readers = args.Map.Readers, starts = args.Map.ReaderStarts)
        {
            var job = new BackwardJob
            {
                Dy = context.OutputGradient(0),
                Dx = context.InputGradient(0, out var accumulate),
                Accumulate = accumulate,
                XShape = context.InputShape(0),
                YShape = context.OutputShape(0),
                Readers = readers,
                Starts = starts,
                Read = args.Map.InputsRead,
                Stride = args.Stride,
            };
            context.Pool.Run(ref job, job.XShape.N * BlockedLayout.Blocks(job.XShape.C));
        }
    }

    private struct ForwardJob : IParallelJob
    {
        public float* X;
        public float* Y;
        public Shape XShape;
        public Shape YShape;
        public int* Sources;
        public int Stride;

        public readonly void Run(int item, int worker)
        {
            var blocks = BlockedLayout.Blocks(YShape.C);
            var (n, block) = (item / blocks, item % blocks);
            var lanes = stackalloc float*[Lanes];
            for (var lane = 0; lane < Lanes; lane++)
            {
                var channel = block * Lanes + lane;
                var source = channel < YShape.C ? Sources[channel] : -1;
                lanes[lane] = source < 0 ? null : X + BlockedLayout.ActivationIndex(XShape, n, 0, 0, source);
            }

            var y = Y + BlockedLayout.ActivationIndex(YShape, n, 0, 0, block * Lanes);
            ChannelLanes.Gather(lanes, y, YShape.H, YShape.W, XShape.W, Stride, accumulate: false);
        }
    }

    private struct BackwardJob : IParallelJob
    {
        public float* Dy;
        public float* Dx;
        public bool Accumulate;
        public Shape XShape;
        public Shape YShape;
        public int* Readers;
        public int* Starts;
        public int Read;
        public int Stride;

        public readonly void Run(int item, int worker)
        {
            var blocks = BlockedLayout.Blocks(XShape.C);
            var (n, block) = (item / blocks, item % blocks);
            var dx = Dx + BlockedLayout.ActivationIndex(XShape, n, 0, 0, block * Lanes);
            if (!Accumulate)
            {
                new Span<float>(dx, XShape.H * XShape.W * Lanes).Clear();
            }

            for (var lane = 0; lane < Lanes && block * Lanes + lane < Read; lane++)
            {
                var channel = block * Lanes + lane;
                for (var reader = Starts[channel]; reader < Starts[channel + 1]; reader++)
                {
                    AddPlane(Dy + BlockedLayout.ActivationIndex(YShape, n, 0, 0, Readers[reader]), dx + lane);
                }
            }
        }

        private readonly void AddPlane(float* dy, float* dx)
        {
            for (var h = 0; h < YShape.H; h++)
            {
                var target = dx + (long)h * Stride * XShape.W * Lanes;
                for (var w = 0; w < YShape.W; w++)
                {
                    target[(long)w * Stride * Lanes] += dy[((long)h * YShape.W + w) * Lanes];
                }
            }
        }
    }
}
