using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <summary>Launches the kernels of max and average pooling, which take the same arguments.</summary>
internal static class Pool2dLaunch
{
    public static void Forward(
        in CudaOpContext context, in Pool2dArguments args, TypedCudaKernel<Pool2dForwardArguments> kernel)
    {
        var (x, y) = (context.InputShape(0), context.OutputShape(0));
        var type = context.InputType(0);
        context.Launch(
            kernel.For(type),
            LaunchGrid.Over(NhwcLayout.Count(y, TensorLayout.Activation) / NhwcLayout.VectorWidth(type)),
            new Pool2dForwardArguments(
                context.Input(0), context.Output(0), x.N, x.H, x.W, NhwcLayout.Padded(x.C), y.H, y.W,
                args.KH, args.KW, args.StrideH, args.StrideW, args.PadH, args.PadW, Share(args)));
    }

    public static void Backward(
        in CudaOpContext context, in Pool2dArguments args, TypedCudaKernel<Pool2dBackwardArguments> kernel, bool readsInput)
    {
        if (!context.NeedsGradient(0))
        {
            return;
        }

        var (x, y) = (context.InputShape(0), context.OutputShape(0));
        var type = context.InputType(0);
        var dx = context.InputGradient(0, out var accumulate);
        context.Launch(
            kernel.For(type),
            LaunchGrid.Over(NhwcLayout.Count(x, TensorLayout.Activation) / NhwcLayout.VectorWidth(type)),
            new Pool2dBackwardArguments(
                readsInput ? context.Input(0) : 0, context.OutputGradient(0), dx, x.N, x.H, x.W, NhwcLayout.Padded(x.C), y.H, y.W,
                args.KH, args.KW, args.StrideH, args.StrideW, args.PadH, args.PadW, Share(args), accumulate ? 1 : 0));
    }

    private static float Share(in Pool2dArguments args) => 1f / ((long)args.KH * args.KW);
}

/// <summary>Arguments of a pooling op's forward kernels; Share is 1 over a window's size.</summary>
internal readonly record struct Pool2dForwardArguments(
    nint X, nint Y, int N, int H, int W, int Padded, int Oh, int Ow,
    int Kh, int Kw, int StrideH, int StrideW, int PadH, int PadW, float Share);

/// <summary>Arguments of a pooling op's backward kernels; X is 0 for an average.</summary>
internal readonly record struct Pool2dBackwardArguments(
    nint X, nint Dy, nint Dx, int N, int H, int W, int Padded, int Oh, int Ow,
    int Kh, int Kw, int StrideH, int StrideW, int PadH, int PadW, float Share, int Accumulate);
