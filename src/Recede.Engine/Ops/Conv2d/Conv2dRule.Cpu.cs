using Recede.Engine.Core;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Devices.Cpu.Winograd;

namespace Recede.Engine.Ops;

/// <content>The CPU's calls; the loops are the device's convolution kernels.</content>
internal sealed unsafe partial class Conv2dRule
{
    protected override void ForwardCpu(in CpuOpContext context, in Conv2dArguments args)
    {
        var g = Geometry(context, args);
        var workspace = Workspace(context, g, ConvolutionDirection.Forward);
        var epilogue = new ConvolutionEpilogue
        {
            Bias = context.Input(2),
            Residual = context.Input(Residual),
            Relu = args.Relu,
            Moments = args.Moments && context.Training ? context.Output(1) : null,
        };
        CpuConvolution.Forward(context.Pool, g, context.Input(0), context.Input(1), context.Output(0), epilogue, workspace);
    }

    protected override void BackwardCpu(in CpuOpContext context, in Conv2dArguments args)
    {
        var g = Geometry(context, args);
        var dy = context.OutputGradient(0);
        if (context.NeedsGradient(1))
        {
            var dw = context.InputGradient(1, out var accumulate);
            var workspace = Workspace(context, g, ConvolutionDirection.BackwardFilter);
            CpuConvolution.BackwardFilter(context.Pool, g, context.Input(0), dy, dw, accumulate, workspace);
        }

        if (context.NeedsGradient(2))
        {
            var db = context.InputGradient(2, out var accumulate);
            var workspace = Workspace(context, g, ConvolutionDirection.BackwardBias);
            CpuConvolution.BackwardBias(context.Pool, g, dy, db, accumulate, workspace);
        }

        if (context.NeedsGradient(0))
        {
            var dx = context.InputGradient(0, out var accumulate);
            var workspace = Workspace(context, g, ConvolutionDirection.BackwardData);
            CpuConvolution.BackwardData(context.Pool, g, dy, context.Input(1), dx, accumulate, workspace);
        }
    }

    private static ConvolutionGeometry Geometry(in CpuOpContext context, in Conv2dArguments args)
    {
        var x = context.InputShape(0);
        var weight = context.InputShape(1);
        return new ConvolutionGeometry(
            x.N, x.H, x.W, x.C, weight.N, weight.H, weight.W,
            args.StrideH, args.StrideW, args.PadH, args.PadW, args.DilationH, args.DilationW, args.Groups,
            context.Device.Options.AllowWinograd ? WinogradTiles.WhereFaster : WinogradTiles.Off,
            context.Streams);
    }

    private static float* Workspace(in CpuOpContext context, in ConvolutionGeometry g, ConvolutionDirection direction) =>
        context.Workspace(CpuConvolution.WorkspaceFloats(g, direction, context.Pool.Threads));
}
