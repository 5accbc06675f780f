using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>The CUDA kernel's launches: forward and backward are the same product with the mask.</content>
internal sealed partial class DropoutRule
{
    private static readonly TypedCudaKernel<DropoutKernelArguments> Kernel = new("dropout.cu", "dropout");

    protected override void ForwardCuda(in CudaOpContext context, in DropoutArguments args) =>
        Launch(context, args, context.Input(0), context.Output(0), accumulate: false);

    protected override void BackwardCuda(in CudaOpContext context, in DropoutArguments args)
    {
        if (context.NeedsGradient(0))
        {
            var dx = context.InputGradient(0, out var accumulate);
            Launch(context, args, context.OutputGradient(0), dx, accumulate);
        }
    }

    private static void Launch(in CudaOpContext context, in DropoutArguments args, nint from, nint to, bool accumulate)
    {
        var shape = context.InputShape(0);
        var type = context.InputType(0);
        context.Launch(
            Kernel.For(type),
            LaunchGrid.Over(NhwcLayout.Count(shape, TensorLayout.Activation) / NhwcLayout.VectorWidth(type)),
            new DropoutKernelArguments(
                from,
                to,
                (long)shape.N * shape.H * shape.W,
                NhwcLayout.Padded(shape.C),
                (shape.C + 3) / 4,
                accumulate ? 1 : 0,
                1f / (1f - args.Rate),
                (uint)(args.Rate * 4294967296.0),
                args.Seed,
                args.Stream,
                context.StepNumberWord));
    }

    internal readonly record struct DropoutKernelArguments(
        nint From, nint To, long Pixels, int Padded, int Fours, int Accumulate, float Scale, uint Threshold, ulong Seed, ulong Stream,
        nint Step);
}
