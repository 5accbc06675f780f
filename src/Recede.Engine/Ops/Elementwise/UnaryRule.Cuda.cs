using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>The CUDA kernels' launches.</content>
internal sealed partial class UnaryRule<TFunction>
{
    private static readonly KernelSource Source = new(
        TFunction.KernelText is null ? "elementwise.cu" : TFunction.KernelName + ".cu", TFunction.KernelText);

    private static readonly TypedCudaKernel<UnaryForwardArguments> ForwardKernel =
        new(Source, TFunction.KernelName + "_forward");

    private static readonly TypedCudaKernel<UnaryBackwardArguments> BackwardKernel =
        new(Source, TFunction.KernelName + "_backward");

    protected override void ForwardCuda(in CudaOpContext context, in NoArguments args)
    {
        var shape = context.OutputShape(0);
        var type = context.InputType(0);
        var count = NhwcLayout.Count(shape, TensorLayout.Activation);
        context.Launch(
            ForwardKernel.For(type),
            LaunchGrid.Over(count / NhwcLayout.VectorWidth(type)),
            new UnaryForwardArguments(
                context.Input(0), context.Output(0), count, shape.C, NhwcLayout.Padded(shape.C), TFunction.KeepsZero ? 0 : 1));
    }

    protected override void BackwardCuda(in CudaOpContext context, in NoArguments args)
    {
        if (!context.NeedsGradient(0))
        {
            return;
        }

        var shape = context.OutputShape(0);
        var type = context.InputType(0);
        var count = NhwcLayout.Count(shape, TensorLayout.Activation);
        var dx = context.InputGradient(0, out var accumulate);
        context.Launch(
            BackwardKernel.For(type),
            LaunchGrid.Over(count / NhwcLayout.VectorWidth(type)),
            new UnaryBackwardArguments(
                TFunction.GradientReadsX ? context.Input(0) : 0,
                TFunction.GradientReadsY ? context.Output(0) : 0,
                context.OutputGradient(0),
                dx,
                count,
                shape.C,
                NhwcLayout.Padded(shape.C),
                TFunction.KeepsZero ? 0 : 1,
                accumulate ? 1 : 0));
    }
}
