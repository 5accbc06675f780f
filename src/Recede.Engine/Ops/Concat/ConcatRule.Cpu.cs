using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <content>
/// The CPU's loops: an item is one channel block of one image. A part at an offset that is a multiple of 16 is copied in
/// whole blocks; others move lane by lane.
/// </content>
internal sealed unsafe partial class ConcatRule
{
    private const int Lanes = BlockedLayout.Lanes;

    protected override void ForwardCpu(in CpuOpContext context, in NoArguments args)
    {
        var count = context.InputCount;
        var parts = stackalloc float*[count];
        var offsets = stackalloc int[count + 1];
        offsets[0] = 0;
        for (var i = 0; i < count; i++)
        {
            parts[i] = context.Input(i);
            offsets[i + 1] = offsets[i] + context.InputShape(i).C;
        }

        var job = new ForwardJob { Parts = parts, Offsets = offsets, Y = context.Output(0), Shape = context.OutputShape(0) };
        context.Pool.Run(ref job, job.Shape.N * BlockedLayout.Blocks(job.Shape.C));
    }

    protected override void BackwardCpu(in CpuOpContext context, in NoArguments args)
    {
        // One part after another: where a tensor is two of them, its second slice is added to the first.
        var offset = 0;
        for (var i = 0; i < context.InputCount; i++)
        {
            var part = context.InputShape(i);
            if (context.NeedsGradient(i))
            {
                var job = new BackwardJob
                {
                    Dy = context.OutputGradient(0),
                    Dx = context.InputGradient(i, out var accumulate),
                    Accumulate = accumulate,
                    YShape = context.OutputShape(0),
                    Part = part,
                    Offset = offset,
                };
                context.Pool.Run(ref job, part.N * BlockedLayout.Blocks(part.C));
            }

            offset += part.C;
        }
    }

    private struct ForwardJob : IParallelJob
    {
        public float** Parts;
        public int* Offsets;
        public float* Y;
        public Shape Shape;

        public readonly void Run(int item, int worker)
        {
            var blocks = BlockedLayout.Blocks(Shape.C);
            var (n, block) = (item / blocks, item % blocks);
            var first = block * Lanes;
            var end = Math.Min(first + Lanes, Shape.C);
            var y = Y + BlockedLayout.ActivationIndex(Shape, n, 0, 0, first);
            var part = 0;
            while (Offsets[part + 1] <= first)
            {
                part++;
            }

            if ((first - Offsets[part]) % Lanes == 0 && Offsets[part + 1] >= end)
            {
                // The part's own padding is zero, so the last block may be copied whole.
                var source = Parts[part] + IndexIn(part, n, first);
                new ReadOnlySpan<float>(source, Shape.H * Shape.W * Lanes).CopyTo(new Span<float>(y, Shape.H * Shape.W * Lanes));
                return;
            }

            var lanes = stackalloc float*[Lanes];
            for (var lane = 0; lane < Lanes; lane++)
            {
                lanes[lane] = null;
                if (first + lane < end)
                {
                    while (Offsets[part + 1] <= first + lane)
                    {
                        part++;
                    }

                    lanes[lane] = Parts[part] + IndexIn(part, n, first + lane);
                }
            }

            ChannelLanes.Gather(lanes, y, Shape.H, Shape.W, Shape.W, 1, accumulate: false);
        }

        private readonly long IndexIn(int part, int n, int channel) => BlockedLayout.ActivationIndex(
            Shape.WithC(Offsets[part + 1] - Offsets[part]), n, 0, 0, channel - Offsets[part]);
    }

    private struct BackwardJob : IParallelJob
    {
        public float* Dy;
        public float* Dx;
        public bool Accumulate;
        public Shape YShape;
        public Shape Part;
        public int Offset;

        public readonly void Run(int item, int worker)
        {
            var blocks = BlockedLayout.Blocks(Part.C);
            var (n, block) = (item / blocks, item % blocks);
            var first = block * Lanes;
            var dx = Dx + BlockedLayout.ActivationIndex(Part, n, 0, 0, first);
            if (!Accumulate && Offset % Lanes == 0 && (first + Lanes <= Part.C || Offset + Part.C == YShape.C))
            {
                var source = Dy + BlockedLayout.ActivationIndex(YShape, n, 0, 0, Offset + first);
                new ReadOnlySpan<float>(source, Part.H * Part.W * Lanes).CopyTo(new Span<float>(dx, Part.H * Part.W * Lanes));
                return;
            }

            var lanes = stackalloc float*[Lanes];
            for (var lane = 0; lane < Lanes; lane++)
            {
                lanes[lane] = first + lane < Part.C
                    ? Dy + BlockedLayout.ActivationIndex(YShape, n, 0, 0, Offset + first + lane)
                    : null;
            }

            ChannelLanes.Gather(lanes, dx, Part.H, Part.W, Part.W, 1, Accumulate);
        }
    }
}
