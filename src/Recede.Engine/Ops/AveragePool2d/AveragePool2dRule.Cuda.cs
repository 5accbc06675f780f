using Recede.Engine.Core;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>The CUDA kernels' launches.</content>
internal sealed partial class AveragePool2dRule
{
    private static readonly TypedCudaKernel<Pool2dForwardArguments> ForwardKernel = new("pooling.cu", "average_pool2d_forward");
    private static readonly TypedCudaKernel<Pool2dBackwardArguments> BackwardKernel = new("pooling.cu", "average_pool2d_backward");

    protected override void ForwardCuda(in CudaOpContext context, in Pool2dArguments args) =>
        Pool2dLaunch.Forward(context, args, ForwardKernel);

    protected override void BackwardCuda(in CudaOpContext context, in Pool2dArguments args) =>
        Pool2dLaunch.Backward(context, args, BackwardKernel, readsInput: false);
}
