using System.Runtime.InteropServices;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Tests.Ops;

/// <content>The same on CUDA, with kernels of the tests' own.</content>
internal sealed unsafe partial class WeightedSumRule
{
    private static readonly CudaKernel<ForwardArguments> ForwardKernel = Own<ForwardArguments>("weighted_sum_forward");
    private static readonly CudaKernel<BackwardArguments> BackwardKernel = Own<BackwardArguments>("weighted_sum_backward");

    protected override void ForwardCuda(in CudaOpContext context, in WeightedSumArguments args)
    {
        for (var i = 0; i < context.InputCount; i += 2)
        {
            context.Launch(ForwardKernel, new LaunchGrid(1, 1, 1, 256, 1, 0), new ForwardArguments
            {
                Value = context.Input(i),
                Weight = context.Input(i + 1),
                Y = context.Output(0),
                Count = NhwcLayout.Count(context.InputShape(i), TensorLayout.Activation),
                First = i == 0 ? 1 : 0,
                BrainValue = Brain(context, i),
                BrainWeight = Brain(context, i + 1),
            });
        }
    }

    protected override void BackwardCuda(in CudaOpContext context, in WeightedSumArguments args)
    {
        for (var i = 0; i < context.InputCount; i += 2)
        {
            if (!context.NeedsGradient(i))
            {
                continue;
            }

            var dv = context.InputGradient(i, out var accumulate);
            var count = NhwcLayout.Count(context.InputShape(i), TensorLayout.Activation);
            context.Launch(BackwardKernel, LaunchGrid.Over(count), new BackwardArguments
            {
                Weight = context.Input(i + 1),
                Dy = context.OutputGradient(0),
                Dv = dv,
                Count = count,
                Accumulate = accumulate ? 1 : 0,
                BrainValue = Brain(context, i),
                BrainWeight = Brain(context, i + 1),
            });
        }
    }

    private static int Brain(in CudaOpContext context, int input) => context.InputType(input) == ElementType.BFloat16 ? 1 : 0;

    private static CudaKernel<TArgs> Own<TArgs>(string name)
        where TArgs : unmanaged
    {
        using var stream = typeof(WeightedSumRule).Assembly.GetManifestResourceStream("weighted_sum.cu")!;
        using var reader = new StreamReader(stream);
        return CudaKernel<TArgs>.FromSource(name, reader.ReadToEnd());
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ForwardArguments
    {
        public nint Value;
        public nint Weight;
        public nint Y;
        public long Count;
        public int First;
        public int BrainValue;
        public int BrainWeight;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct BackwardArguments
    {
        public nint Weight;
        public nint Dy;
        public nint Dv;
        public long Count;
        public int Accumulate;
        public int BrainValue;
        public int BrainWeight;
    }
}
