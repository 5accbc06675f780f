using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>The CUDA kernels' launches.</content>
internal sealed partial class FlattenRule
{
    private static readonly TypedCudaKernel<FlattenArguments> ForwardKernel = new("channels.cu", "flatten_forward");
    private static readonly TypedCudaKernel<FlattenArguments> BackwardKernel = new("channels.cu", "flatten_backward");

    protected override void ForwardCuda(in CudaOpContext context, in NoArguments args) =>
        Launch(context, ForwardKernel, context.Input(0), context.Output(0), context.OutputShape(0), accumulate: false);

    protected override void BackwardCuda(in CudaOpContext context, in NoArguments args)
    {
        if (context.NeedsGradient(0))
        {
            var dx = context.InputGradient(0, out var accumulate);
            Launch(context, BackwardKernel, context.OutputGradient(0), dx, context.InputShape(0), accumulate);
        }
    }

    private static void Launch(
        in CudaOpContext context, TypedCudaKernel<FlattenArguments> kernel, nint from, nint to, Shape written, bool accumulate)
    {
        var x = context.InputShape(0);
        var type = context.InputType(0);
        context.Launch(
            kernel.For(type),
            LaunchGrid.Over(NhwcLayout.Count(written, TensorLayout.Activation) / NhwcLayout.VectorWidth(type)),
            new FlattenArguments(
                from, to, x.N, x.H * x.W, x.C, NhwcLayout.Padded(x.C), NhwcLayout.Padded(Features(x)), accumulate ? 1 : 0));
    }

    internal readonly record struct FlattenArguments(
        nint From, nint To, long N, int Pixels, int Channels, int Padded, int Row, int Accumulate);
}
