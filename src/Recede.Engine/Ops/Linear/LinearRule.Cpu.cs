using Recede.Engine.Core;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <content>
/// On the CPU a 1x1 convolution of one image that is as wide as the batch: the kernels then reuse each weight for a tile of
/// rows instead of reading all weights again for every row. The rows are gathered for that: [N][block][16] becomes
/// [block][N][16].
/// </content>
internal sealed unsafe partial class LinearRule
{
    private const int Lanes = BlockedLayout.Lanes;

    protected override void ForwardCpu(in CpuOpContext context, in NoArguments args)
    {
        var g = Geometry(context);
        var x = Gathered(context, context.Input(0), g.W, g.C);
        var y = context.Workspace(Floats(g.W, g.O));
        var workspace = Workspace(context, g, ConvolutionDirection.Forward);
        CpuConvolution.Forward(context.Pool, g, x, context.Input(1), y, new ConvolutionEpilogue { Bias = context.Input(2) }, workspace);
        var job = new SpreadJob { From = y, To = context.Output(0), Rows = g.W, Blocks = BlockedLayout.Blocks(g.O) };
        context.Pool.Run(ref job, job.Blocks);
    }

    protected override void BackwardCpu(in CpuOpContext context, in NoArguments args)
    {
        var g = Geometry(context);
        var dy = Gathered(context, context.OutputGradient(0), g.W, g.O);
        if (context.NeedsGradient(1))
        {
            var x = Gathered(context, context.Input(0), g.W, g.C);
            var dw = context.InputGradient(1, out var accumulate);
            var workspace = Workspace(context, g, ConvolutionDirection.BackwardFilter);
            CpuConvolution.BackwardFilter(context.Pool, g, x, dy, dw, accumulate, workspace);
        }

        if (context.NeedsGradient(2))
        {
            var db = context.InputGradient(2, out var accumulate);
            var workspace = Workspace(context, g, ConvolutionDirection.BackwardBias);
            CpuConvolution.BackwardBias(context.Pool, g, dy, db, accumulate, workspace);
        }

        if (context.NeedsGradient(0))
        {
            var dx = context.Workspace(Floats(g.W, g.C));
            var workspace = Workspace(context, g, ConvolutionDirection.BackwardData);
            CpuConvolution.BackwardData(context.Pool, g, dy, context.Input(1), dx, false, workspace);
            var job = new SpreadJob
            {
                From = dx,
                To = context.InputGradient(0, out var accumulate),
                Rows = g.W,
                Blocks = BlockedLayout.Blocks(g.C),
                Accumulate = accumulate,
            };
            context.Pool.Run(ref job, job.Blocks);
        }
    }

    private static ConvolutionGeometry Geometry(in CpuOpContext context)
    {
        var x = context.InputShape(0);

        // A batch of none stays an image count of none, which the kernels know.
        return new ConvolutionGeometry(Math.Min(x.N, 1), 1, x.N, x.C, context.InputShape(1).N, 1, 1);
    }

    private static long Floats(int rows, int channels) => (long)rows * BlockedLayout.Padded(channels);

    private static float* Workspace(in CpuOpContext context, in ConvolutionGeometry g, ConvolutionDirection direction) =>
        context.Workspace(CpuConvolution.WorkspaceFloats(g, direction, context.Pool.Threads));

    private static float* Gathered(in CpuOpContext context, float* values, int rows, int channels)
    {
        var blocks = BlockedLayout.Blocks(channels);
        if (rows == 1 || blocks == 1)
        {
            return values;
        }

        var job = new GatherJob { From = values, To = context.Workspace(Floats(rows, channels)), Rows = rows, Blocks = blocks };
        context.Pool.Run(ref job, blocks);
        return job.To;
    }

    private struct GatherJob : IParallelJob
    {
        public float* From;
        public float* To;
        public int Rows;
        public int Blocks;

        public readonly void Run(int item, int worker)
        {
            for (var row = 0; row < Rows; row++)
            {
                new ReadOnlySpan<float>(From + ((long)row * Blocks + item) * Lanes, Lanes)
                    .CopyTo(new Span<float>(To + ((long)item * Rows + row) * Lanes, Lanes));
            }
        }
    }

    private struct SpreadJob : IParallelJob
    {
        public float* From;
        public float* To;
        public int Rows;
        public int Blocks;
        public bool Accumulate;

        public readonly void Run(int item, int worker)
        {
            for (var row = 0; row < Rows; row++)
            {
                var source = From + ((long)item * Rows + row) * Lanes;
                var target = To + ((long)row * Blocks + item) * Lanes;
                for (var lane = 0; lane < Lanes; lane++)
                {
                    target[lane] = (Accumulate ? target[lane] : 0) + source[lane];
                }
            }
        }
    }
}
