using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>The CUDA calls: cuDNN without groups, kernels of our own with them, and for a residual and a ReLU.</content>
internal sealed partial class Conv2dRule
{
    private static readonly TypedCudaKernel<BinaryForwardArguments> AddKernel = new("elementwise.cu", "add_forward");

    private static readonly TypedCudaKernel<UnaryForwardArguments> ReluKernel = new("elementwise.cu", "relu_forward");

    protected override void ForwardCuda(in CudaOpContext context, in Conv2dArguments args)
    {
        var y = context.OutputShape(0);
        if (y.N > 0)
        {
            // What follows the sums goes to and fro between y and one other place, to end in y: no kernel may write what it reads.
            var follows = (context.Has(Residual) ? 1 : 0) + (args.Relu ? 1 : 0);
            var other = follows == 0
                ? 0
                : context.Workspace(context.Device.PhysicalBytes(y, TensorLayout.Activation, context.OutputType(0)));
            var sums = follows == 1 ? other : context.Output(0);
            if (args.Groups > 1)
            {
                GroupedConvolution.Forward(context, args, context.Input(0), context.Input(1), context.Input(2), sums);
            }
            else
            {
                CudnnConvolution.Forward(context, ShapeOf(context, args), sums);
            }

            Finish(context, args, sums, other);
        }

        if (!args.Moments || !context.Training)
        {
            return;
        }

        if (y.N == 0)
        {
            ClearUnless(false, context, context.Output(1), context.OutputShape(1), TensorLayout.Activation);
        }
        else
        {
            NormStatistics.Compute(context, context.Output(0), y, context.OutputType(0), context.Output(1));
        }
    }

    protected override void BackwardCuda(in CudaOpContext context, in Conv2dArguments args)
    {
        var y = context.OutputShape(0);
        if (context.NeedsGradient(1))
        {
            var dw = context.InputGradient(1, out var accumulate);
            if (y.N == 0)
            {
                ClearUnless(accumulate, context, dw, context.InputShape(1), TensorLayout.Filter);
            }
            else if (args.Groups > 1)
            {
                GroupedConvolution.BackwardFilter(context, args, context.Input(0), context.OutputGradient(0), dw, accumulate);
            }
            else
            {
                CudnnConvolution.BackwardFilter(context, ShapeOf(context, args), dw, accumulate);
            }
        }

        if (context.NeedsGradient(2))
        {
            var db = context.InputGradient(2, out var accumulate);
            BiasGradient.Launch(context, context.OutputGradient(0), y, context.OutputType(0), db, accumulate);
        }

        if (context.NeedsGradient(0))
        {
            // Of no image too the gradient is there, with nothing in it.
            var dx = context.InputGradient(0, out var accumulate);
            if (y.N > 0 && args.Groups > 1)
            {
                GroupedConvolution.BackwardData(context, args, context.OutputGradient(0), context.Input(1), dx, accumulate);
            }
            else if (y.N > 0)
            {
                CudnnConvolution.BackwardData(context, ShapeOf(context, args), dx, accumulate);
            }
        }
    }

    private static void Finish(in CudaOpContext context, in Conv2dArguments args, nint sums, nint other)
    {
        var (shape, type, y) = (context.OutputShape(0), context.OutputType(0), context.Output(0));
        var count = NhwcLayout.Count(shape, TensorLayout.Activation);
        var grid = LaunchGrid.Over(count / NhwcLayout.VectorWidth(type));
        if (context.Has(Residual))
        {
            context.Launch(AddKernel.For(type), grid, new BinaryForwardArguments(sums, context.Input(Residual), args.Relu ? other : y, count));
        }

        if (args.Relu)
        {
            context.Launch(ReluKernel.For(type), grid, new UnaryForwardArguments(other, y, count, shape.C, NhwcLayout.Padded(shape.C), 0));
        }
    }

    private static ConvolutionShape ShapeOf(in CudaOpContext context, in Conv2dArguments args) => new(
        context.InputShape(0), context.InputShape(1), context.OutputShape(0),
        args.StrideH, args.StrideW, args.PadH, args.PadW, args.DilationH, args.DilationW);

    private static void ClearUnless(bool accumulate, in CudaOpContext context, nint values, Shape shape, TensorLayout layout)
    {
        if (!accumulate)
        {
            context.Device.Clear(values, context.Device.PhysicalBytes(shape, layout, ElementType.Float32));
        }
    }
}
