using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>The CUDA kernels' launches.</content>
internal sealed partial class BinaryRule<TFunction>
{
    private static readonly KernelSource Source = new(
        TFunction.KernelText is null ? "elementwise.cu" : TFunction.KernelName + ".cu", TFunction.KernelText);

    private static readonly TypedCudaKernel<BinaryForwardArguments> ForwardKernel =
        new(Source, TFunction.KernelName + "_forward");

    private static readonly TypedCudaKernel<BinaryBackwardArguments> BackwardAKernel =
        new(Source, TFunction.KernelName + "_backward_a");

    private static readonly TypedCudaKernel<BinaryBackwardArguments> BackwardBKernel =
        new(Source, TFunction.KernelName + "_backward_b");

    protected override void ForwardCuda(in CudaOpContext context, in NoArguments args)
    {
        var type = context.InputType(0);
        var count = NhwcLayout.Count(context.OutputShape(0), TensorLayout.Activation);
        context.Launch(
            ForwardKernel.For(type),
            LaunchGrid.Over(count / NhwcLayout.VectorWidth(type)),
            new BinaryForwardArguments(context.Input(0), context.Input(1), context.Output(0), count));
    }

    protected override void BackwardCuda(in CudaOpContext context, in NoArguments args)
    {
        var type = context.InputType(0);
        var count = NhwcLayout.Count(context.OutputShape(0), TensorLayout.Activation);

        // One launch an operand: a tensor given as both gets the first gradient written before the second is added.
        for (var operand = 0; operand < 2; operand++)
        {
            if (context.NeedsGradient(operand))
            {
                var dx = context.InputGradient(operand, out var accumulate);
                context.Launch(
                    (operand == 0 ? BackwardAKernel : BackwardBKernel).For(type),
                    LaunchGrid.Over(count / NhwcLayout.VectorWidth(type)),
                    new BinaryBackwardArguments(
                        TFunction.GradientReadsOperands ? context.Input(0) : 0,
                        TFunction.GradientReadsOperands ? context.Input(1) : 0,
                        context.OutputGradient(0),
                        dx,
                        count,
                        accumulate ? 1 : 0));
            }
        }
    }
}
