using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <summary>
/// A convolution without groups by cuDNN. What cuDNN offers depends on types, shape, GPU and version, so each pass has a
/// ladder: the one call that does all, and if there is none, a simpler call with a kernel of our own behind it. Which rung is
/// taken depends on nothing else, and is remembered with the plans. Each pass keeps the device's turn from looking for its plan
/// until that is queued.
/// </summary>
internal static class CudnnConvolution
{
    /// <summary>y = x * w, with its bias where there is one; <paramref name="y"/> is of the output's shape and type.</summary>
    public static void Forward(in CudaOpContext context, in ConvolutionShape shape, nint y)
    {
        using var turn = context.Device.Enter();
        var type = context.InputType(0);
        var hasBias = context.Has(2);
        var key = new ConvolutionPlanKey(ConvolutionPass.Forward, shape, type, context.OutputType(0), Accumulate: false, Bias: hasBias);
        var plan = context.Device.Cudnn.Find(key);
        var fused = plan.IsAvailable;
        if (!fused && hasBias)
        {
            plan = context.Device.Cudnn.Find(key with { Bias = false });
        }

        Require(context, key, plan);
        var bias = fused && hasBias ? context.Input(2) : 0;
        Run(context, plan, new ConvolutionOperands(context.Input(0), Weight(context, type), y, bias));
        if (hasBias && !fused)
        {
            ChannelBias.Add(context, y, shape.Y, context.OutputType(0), context.Input(2));
        }
    }

    /// <summary>dx = (accumulate ? dx : 0) + the gradient of x.</summary>
    public static void BackwardData(in CudaOpContext context, in ConvolutionShape shape, nint dx, bool accumulate)
    {
        using var turn = context.Device.Enter();
        var type = context.InputType(0);
        var key = new ConvolutionPlanKey(ConvolutionPass.BackwardData, shape, type, type, accumulate, Bias: false);
        var plan = context.Device.Cudnn.Find(key);
        var target = dx;
        var adds = false;
        if (!plan.IsAvailable && accumulate)
        {
            plan = context.Device.Cudnn.Find(key with { Accumulate = false });
            target = plan.IsAvailable ? context.Workspace(context.Device.PhysicalBytes(shape.X, TensorLayout.Activation, type)) : 0;
            adds = true;
        }

        Require(context, key, plan);
        Run(context, plan, new ConvolutionOperands(context.OutputGradient(0), Weight(context, type), target));
        if (adds)
        {
            var count = context.Device.PhysicalCount(shape.X, TensorLayout.Activation);
            TypeConversion.Convert(context, target, type, dx, type, count, accumulate: true);
        }
    }

    /// <summary>dw = (accumulate ? dw : 0) + the gradient of the filters, which is float32 whatever the activations are.</summary>
    public static void BackwardFilter(in CudaOpContext context, in ConvolutionShape shape, nint dw, bool accumulate)
    {
        using var turn = context.Device.Enter();
        var type = context.InputType(0);
        var key = new ConvolutionPlanKey(ConvolutionPass.BackwardFilter, shape, type, ElementType.Float32, accumulate, Bias: false);
        var cudnn = context.Device.Cudnn;
        var plan = cudnn.Find(key);
        var resultType = ElementType.Float32;
        var direct = plan.IsAvailable;
        if (!plan.IsAvailable && accumulate)
        {
            plan = cudnn.Find(key with { Accumulate = false });
        }

        if (!plan.IsAvailable && type != ElementType.Float32)
        {
            resultType = type;
            plan = cudnn.Find(key with { ResultType = type, Accumulate = false });
        }

        Require(context, key, plan);
        var target = direct ? dw : context.Workspace(context.Device.PhysicalBytes(shape.Weight, TensorLayout.Filter, resultType));
        Run(context, plan, new ConvolutionOperands(context.Input(0), context.OutputGradient(0), target));
        if (!direct)
        {
            var count = context.Device.PhysicalCount(shape.Weight, TensorLayout.Filter);
            TypeConversion.Convert(context, target, resultType, dw, ElementType.Float32, count, accumulate);
        }
    }

    private static void Run(in CudaOpContext context, ConvolutionPlan plan, in ConvolutionOperands operands)
    {
        var workspace = plan.WorkspaceBytes > 0
            ? ConvolutionPlan.Aligned(context.Workspace(plan.WorkspaceBytes + ConvolutionPlan.WorkspaceAlignment))
            : 0;
        context.Device.Cudnn.Execute(plan, operands, workspace);
    }

    // The filters are kept in float32; cuDNN multiplies two tensors of one type.
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

    private static void Require(in CudaOpContext context, in ConvolutionPlanKey key, ConvolutionPlan plan)
    {
        if (!plan.IsAvailable)
        {
            throw context.Error($"cuDNN has no engine for {key}; tried: {plan.Refusal}");
        }
    }
}
