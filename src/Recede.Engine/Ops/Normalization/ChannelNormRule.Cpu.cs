using Recede.Engine.Core;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <content>The norms on the CPU: see <see cref="NormForwardJob{TV, TScale}"/> and <see cref="NormBackwardJob{TV, TScale, TMask}"/>.</content>
internal abstract unsafe partial class ChannelNormRule<TScale>
{
    protected override void ForwardCpu(in CpuOpContext context, in NormArguments args)
    {
        switch (Simd.Level)
        {
            case SimdLevel.Vector512:
                Forward<V512>(context, args);
                break;
            case SimdLevel.Vector256:
                Forward<V256>(context, args);
                break;
            default:
                Forward<V1>(context, args);
                break;
        }
    }

    protected override void BackwardCpu(in CpuOpContext context, in NormArguments args)
    {
        switch (Simd.Level)
        {
            case SimdLevel.Vector512:
                Backward<V512>(context, args);
                break;
            case SimdLevel.Vector256:
                Backward<V256>(context, args);
                break;
            default:
                Backward<V1>(context, args);
                break;
        }
    }

    private static void Forward<TV>(in CpuOpContext context, in NormArguments args)
        where TV : unmanaged, ISimd<TV>
    {
        var cut = new NormCut(context.InputShape(X));
        if (cut.Items == 0)
        {
            return;
        }

        var reduces = context.Training && !context.Has(Moments);
        var job = new NormForwardJob<TV, TScale>
        {
            Cut = cut,
            X = context.Input(X),
            Scale = context.Input(Scale),
            Shift = context.Input(Shift),
            RunningMean = context.Input(RunningMean),
            RunningVariance = context.Input(RunningVariance),
            Residual = context.Input(Residual),
            Moments = context.Input(Moments),
            Y = context.Output(0),
            Saved = context.Training ? context.Output(1) : null,
            Partials = reduces ? context.Workspace(cut.Items * NormForwardJob<TV, TScale>.PartialFloats) : null,
            Coefficients = context.Workspace(cut.Blocks * NormForwardJob<TV, TScale>.CoefficientFloats),
            Epsilon = args.Epsilon,
            Momentum = args.Momentum,
            Relu = args.Relu,
            Streams = context.Streams,
        };
        if (cut.Parts == 1)
        {
            job.Stages = (reduces ? NormStages.Reduce : 0) | NormStages.Merge | NormStages.Write;
            context.Pool.Run(ref job, cut.Items);
            return;
        }

        if (reduces)
        {
            job.Stages = NormStages.Reduce;
            context.Pool.Run(ref job, cut.Items);
        }

        job.Stages = NormStages.Merge;
        context.Pool.Run(ref job, cut.Blocks);
        job.Stages = NormStages.Write;
        context.Pool.Run(ref job, cut.Items);
    }

    private static void Backward<TV>(in CpuOpContext context, in NormArguments args)
        where TV : unmanaged, ISimd<TV>
    {
        if (!args.Relu)
        {
            Backward<TV, NoMask>(context, null);
        }
        else if (context.Has(Residual))
        {
            Backward<TV, MaskFromY>(context, context.Output(0));
        }
        else
        {
            Backward<TV, MaskFromX>(context, null);
        }
    }

    private static void Backward<TV, TMask>(in CpuOpContext context, float* y)
        where TV : unmanaged, ISimd<TV>
        where TMask : struct, INormMask
    {
        var cut = new NormCut(context.InputShape(X));
        if (cut.Items == 0)
        {
            return;
        }

        var job = new NormBackwardJob<TV, TScale, TMask>
        {
            Cut = cut,
            X = context.Input(X),
            Scale = context.Input(Scale),
            Shift = context.Input(Shift),
            Saved = context.Output(1),
            Y = y,
            Dy = context.OutputGradient(0),
            Streams = context.Streams,
        };

        // In the order of the operands: should two be the same tensor, the second adds to what the first wrote.
        if (context.NeedsGradient(X))
        {
            job.Dx = context.InputGradient(X, out job.AddsToDx);
        }

        if (context.NeedsGradient(Scale))
        {
            job.DScale = context.InputGradient(Scale, out job.AddsToDScale);
        }

        if (context.NeedsGradient(Shift))
        {
            job.DShift = context.InputGradient(Shift, out job.AddsToDShift);
        }

        if (context.NeedsGradient(Residual))
        {
            job.DResidual = context.InputGradient(Residual, out job.AddsToDResidual);
        }

        var sums = job.Dx != null || job.DScale != null || job.DShift != null;
        var writes = job.Dx != null || job.DResidual != null;
        if (sums)
        {
            job.Partials = context.Workspace(cut.Items * NormBackwardJob<TV, TScale, TMask>.PartialFloats);
        }

        if (sums || writes)
        {
            job.Coefficients = context.Workspace(cut.Blocks * NormBackwardJob<TV, TScale, TMask>.CoefficientFloats);
            job.Prepare();
        }

        if (cut.Parts == 1)
        {
            job.Stages = (sums ? NormStages.Reduce | NormStages.Merge : 0) | (writes ? NormStages.Write : 0);
            context.Pool.Run(ref job, cut.Items);
            return;
        }

        if (sums)
        {
            job.Stages = NormStages.Reduce;
            context.Pool.Run(ref job, cut.Items);
            job.Stages = NormStages.Merge;
            context.Pool.Run(ref job, cut.Blocks);
        }

        if (writes)
        {
            job.Stages = NormStages.Write;
            context.Pool.Run(ref job, cut.Items);
        }
    }
}
