using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>The CUDA kernels' launches.</content>
internal sealed partial class GlobalAveragePoolRule
{
    private static readonly TypedCudaKernel<GlobalPoolForwardArguments> ForwardKernel =
        new("pooling.cu", "global_average_pool_forward");

    private static readonly TypedCudaKernel<GlobalPoolBackwardArguments> BackwardKernel =
        new("pooling.cu", "global_average_pool_backward");

    protected override void ForwardCuda(in CudaOpContext context, in GlobalAveragePoolArguments args)
    {
        var x = context.InputShape(0);
        var type = context.InputType(0);
        var padded = NhwcLayout.Padded(x.C);
        var pixels = (long)x.H * x.W;
        context.Launch(
            ForwardKernel.For(type),
            LaunchGrid.Columns(padded / NhwcLayout.VectorWidth(type), x.N),
            new GlobalPoolForwardArguments(context.Input(0), context.Output(0), pixels, x.N, padded, 1f / pixels));
    }

    protected override void BackwardCuda(in CudaOpContext context, in GlobalAveragePoolArguments args)
    {
        if (!context.NeedsGradient(0))
        {
            return;
        }

        var x = context.InputShape(0);
        var type = context.InputType(0);
        var pixels = (long)x.H * x.W;
        var dx = context.InputGradient(0, out var accumulate);
        context.Launch(
            BackwardKernel.For(type),
            LaunchGrid.Over(NhwcLayout.Count(x, TensorLayout.Activation) / NhwcLayout.VectorWidth(type)),
            new GlobalPoolBackwardArguments(
                context.OutputGradient(0), dx, pixels, x.N, NhwcLayout.Padded(x.C), 1f / pixels, accumulate ? 1 : 0));
    }

    internal readonly record struct GlobalPoolForwardArguments(nint X, nint Y, long Pixels, int N, int Padded, float Share);

    internal readonly record struct GlobalPoolBackwardArguments(
        nint Dy, nint Dx, long Pixels, int N, int Padded, float Share, int Accumulate);
}
