using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>
/// On CUDA three matrix products by cuBLAS, at the channel counts that lie in memory: x [N, Ip], weight [Op, Ip] and y [N, Op]
/// are dense, and the zeros of the padding come out as zeros.
/// </content>
internal sealed partial class LinearRule
{
    protected override void ForwardCuda(in CudaOpContext context, in NoArguments args)
    {
        var (rows, inputs, outputs) = Extents(context);
        if (rows == 0)
        {
            return;
        }

        var type = context.InputType(0);
        context.Device.Cublas.Multiply(
            context.Input(0), false, Weight(context, type), true, context.Output(0), rows, outputs, inputs, type, type, accumulate: false);
        if (context.Has(2))
        {
            ChannelBias.Add(context, context.Output(0), context.OutputShape(0), type, context.Input(2));
        }
    }

    protected override void BackwardCuda(in CudaOpContext context, in NoArguments args)
    {
        var (rows, inputs, outputs) = Extents(context);
        var type = context.InputType(0);
        var dy = context.OutputGradient(0);
        if (context.NeedsGradient(1))
        {
            var dw = context.InputGradient(1, out var accumulate);
            if (rows > 0)
            {
                context.Device.Cublas.Multiply(
                    dy, true, context.Input(0), false, dw, outputs, inputs, rows, type, ElementType.Float32, accumulate);
            }
            else if (!accumulate)
            {
                context.Device.Clear(dw, (long)outputs * inputs * sizeof(float));
            }
        }

        if (context.NeedsGradient(2))
        {
            var db = context.InputGradient(2, out var accumulate);
            BiasGradient.Launch(context, dy, context.OutputShape(0), type, db, accumulate);
        }

        if (context.NeedsGradient(0))
        {
            // Asked for without a row too: the gradient is there, and has no values.
            var dx = context.InputGradient(0, out var accumulate);
            if (rows > 0)
            {
                context.Device.Cublas.Multiply(dy, false, Weight(context, type), false, dx, rows, inputs, outputs, type, type, accumulate);
            }
        }
    }

    private static (int Rows, int Inputs, int Outputs) Extents(in CudaOpContext context)
    {
        var x = context.InputShape(0);
        return (x.N, NhwcLayout.Padded(x.C), NhwcLayout.Padded(context.OutputShape(0).C));
    }

    // The weight is kept in float32; cuBLAS multiplies two matrices of one type.
    private static nint Weight(in CudaOpContext context, ElementType type)
    {
        if (type == ElementType.Float32)
        {
            return context.Input(1);
        }

        var shape = context.InputShape(1);
        var converted = context.Workspace(context.Device.PhysicalBytes(shape, TensorLayout.Filter, type));
        var count = context.Device.PhysicalCount(shape, TensorLayout.Filter);
        TypeConversion.Convert(context, context.Input(1), ElementType.Float32, converted, type, count, accumulate: false);
        return converted;
    }
}
