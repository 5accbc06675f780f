using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Recede.Engine.Core;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>The sum and its derivative on CUDA: a block a vector, up to 64 vectors a launch. See kernels/penalty.cu.</content>
internal static partial class ScaleVectors
{
    private const int ChunkVectors = 64;
    private const int BlockThreads = 256;

    private static readonly CudaKernel<PenaltyTotalArguments> Total = new("penalty.cu", "penalty_total");

    /// <summary>Queues R = lambda * the sum of terms.</summary>
    public static void Sum(in CudaOpContext context, CudaKernel<PenaltySumArguments> kernel, float lambda, float shift)
    {
        var count = context.InputCount;
        var sums = context.Workspace((long)count * sizeof(double));
        for (var first = 0; first < count; first += ChunkVectors)
        {
            var args = new PenaltySumArguments { Sums = sums + (first * sizeof(double)), Shift = shift };
            var vectors = Math.Min(ChunkVectors, count - first);
            for (var i = 0; i < vectors; i++)
            {
                args.Vectors[i] = context.Input(first + i);
                args.Channels[i] = context.InputShape(first + i).C;
            }

            context.Launch(kernel, new LaunchGrid(vectors, 1, 1, BlockThreads, 1, 0), args);
        }

        var total = new PenaltyTotalArguments { Sums = sums, Value = context.Output(0), Count = count, Lambda = lambda };
        context.Launch(Total, new LaunchGrid(1, 1, 1, BlockThreads, 1, 0), total);
    }

    /// <summary>Queues dL/dw = dL/dR * lambda * the terms' slopes.</summary>
    public static void Differentiate(in CudaOpContext context, CudaKernel<PenaltyGradientArguments> kernel, float lambda, float shift)
    {
        var args = new PenaltyGradientArguments { DValue = context.OutputGradient(0), Lambda = lambda, Shift = shift };
        var vectors = 0;
        for (var i = 0; i < context.InputCount; i++)
        {
            if (!context.NeedsGradient(i))
            {
                continue;
            }

            // The same tensor may be given twice; the second adds to what the first wrote, so a launch holds no two.
            var gradient = context.InputGradient(i, out var accumulate);
            ReadOnlySpan<nint> taken = args.Gradients;
            if (vectors == ChunkVectors || taken[..vectors].Contains(gradient))
            {
                context.Launch(kernel, new LaunchGrid(vectors, 1, 1, BlockThreads, 1, 0), args);
                vectors = 0;
            }

            var channels = context.InputShape(i).C;
            args.Vectors[vectors] = context.Input(i);
            args.Gradients[vectors] = gradient;
            args.Channels[vectors] = channels;
            args.Padded[vectors] = NhwcLayout.Padded(channels);
            args.Accumulate[vectors] = accumulate ? 1 : 0;
            vectors++;
        }

        if (vectors > 0)
        {
            context.Launch(kernel, new LaunchGrid(vectors, 1, 1, BlockThreads, 1, 0), args);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PenaltySumArguments
    {
        public Addresses Vectors;
        public Integers Channels;
        public nint Sums;
        public float Shift;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PenaltyGradientArguments
    {
        public Addresses Vectors;
        public Addresses Gradients;
        public Integers Channels;
        public Integers Padded;
        public Integers Accumulate;
        public nint DValue;
        public float Lambda;
        public float Shift;
    }

    [InlineArray(ChunkVectors)]
    internal struct Addresses
    {
        private nint _first;
    }

    [InlineArray(ChunkVectors)]
    internal struct Integers
    {
        private int _first;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PenaltyTotalArguments
    {
        public nint Sums;
        public nint Value;
        public int Count;
        public float Lambda;
    }
}
