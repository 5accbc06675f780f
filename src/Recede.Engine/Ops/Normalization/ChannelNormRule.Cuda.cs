using Recede.Engine.Core;

namespace Recede.Engine.Ops;

/// <content>
/// The norms on CUDA. Forward is one kernel where moments are given or the running statistics serve, three where the batch's
/// own moments are taken first; backward is three. The scale's and the shift's gradients come with those of x.
/// </content>
internal abstract partial class ChannelNormRule<TScale>
{
    // Sums of a slice in backward: of g and of g * (x - mean); and coefficients of a channel for the pass that writes.
    private const int GradientSums = 2;

    protected override void ForwardCuda(in CudaOpContext context, in NormArguments args)
    {
        var type = context.InputType(X);
        var cut = new ChannelSlices(context.InputShape(X), type);
        if (cut.IsEmpty)
        {
            return;
        }

        var forward = new NormKernels.NormForwardArguments
        {
            X = context.Input(X),
            Residual = context.Input(Residual),
            Y = context.Output(0),
            Scale = context.Input(Scale),
            Shift = context.Input(Shift),
            Pixels = cut.Pixels,
            Channels = cut.Channels,
            Padded = cut.PaddedChannels,
            SlicePixels = cut.SlicePixels,
            Bounded = TScale.Bounded ? 1 : 0,
            Relu = args.Relu ? 1 : 0,
            Epsilon = args.Epsilon,
            Momentum = args.Momentum,
        };
        var vector = (nint)cut.PaddedChannels * sizeof(float);
        if (!context.Training)
        {
            forward.Mean = context.Input(RunningMean);
            forward.Variance = context.Input(RunningVariance);
        }
        else if (context.Has(Moments))
        {
            forward.Mean = context.Input(Moments);
            forward.Variance = forward.Mean + vector;
            forward.Saved = context.Output(1);
            forward.RunningMean = context.Input(RunningMean);
            forward.RunningVariance = context.Input(RunningVariance);
        }
        else
        {
            var merge = new NormKernels.NormMergeMomentsArguments
            {
                Saved = context.Output(1),
                RunningMean = context.Input(RunningMean),
                RunningVariance = context.Input(RunningVariance),
                Epsilon = args.Epsilon,
                Momentum = args.Momentum,
            };
            NormStatistics.Compute(context, forward.X, cut, type, merge);
            forward.Mean = merge.Saved;
            forward.Rest = merge.Saved + vector;
            forward.Rstd = merge.Saved + (2 * vector);
        }

        context.Launch(NormKernels.Forward.For(type), cut.OverPixels, forward);
    }

    protected override void BackwardCuda(in CudaOpContext context, in NormArguments args)
    {
        var type = context.InputType(X);
        var cut = new ChannelSlices(context.InputShape(X), type);
        if (cut.IsEmpty)
        {
            return;
        }

        var mask = !args.Relu ? NormMask.None : context.Has(Residual) ? NormMask.FromY : NormMask.FromX;
        var backward = new NormKernels.NormBackwardArguments
        {
            X = context.Input(X),
            Dy = context.OutputGradient(0),
            Y = mask == NormMask.FromY ? context.Output(0) : 0,
            Saved = context.Output(1),
            Scale = context.Input(Scale),
            Shift = context.Input(Shift),
            Pixels = cut.Pixels,
            Channels = cut.Channels,
            Padded = cut.PaddedChannels,
            SlicePixels = cut.SlicePixels,
            Bounded = TScale.Bounded ? 1 : 0,
            Mask = (int)mask,
        };
        var merge = new NormKernels.NormMergeGradientsArguments
        {
            Saved = backward.Saved,
            Scale = backward.Scale,
            Pixels = cut.Pixels,
            Channels = cut.Channels,
            Padded = cut.PaddedChannels,
            Slices = cut.Count,
            Bounded = backward.Bounded,
        };

        // In the order of the operands: should two be the same tensor, the second adds to what the first wrote.
        if (context.NeedsGradient(X))
        {
            backward.Dx = context.InputGradient(X, out var adds);
            backward.AddsToDx = adds ? 1 : 0;
        }

        if (context.NeedsGradient(Scale))
        {
            merge.DScale = context.InputGradient(Scale, out var adds);
            merge.AddsToDScale = adds ? 1 : 0;
        }

        if (context.NeedsGradient(Shift))
        {
            merge.DShift = context.InputGradient(Shift, out var adds);
            merge.AddsToDShift = adds ? 1 : 0;
        }

        if (context.NeedsGradient(Residual))
        {
            backward.DResidual = context.InputGradient(Residual, out var adds);
            backward.AddsToDResidual = adds ? 1 : 0;
        }

        if (backward.Dx != 0 || merge.DScale != 0 || merge.DShift != 0)
        {
            merge.Partials = context.Workspace(cut.PartialBytes(GradientSums));
            merge.Coefficients = context.Workspace((long)GradientSums * cut.PaddedChannels * sizeof(float));
            backward.Coefficients = merge.Coefficients;
            Sum(context, cut, backward, merge.Partials);
            context.Launch(NormKernels.MergeGradients, cut.OverChannels, merge);
        }

        if (backward.Dx != 0 || backward.DResidual != 0)
        {
            context.Launch(NormKernels.Backward.For(type), cut.OverPixels, backward);
        }
    }

    private static void Sum(
        in CudaOpContext context, in ChannelSlices cut, in NormKernels.NormBackwardArguments backward, nint partials)
    {
        var reduce = new NormKernels.NormReduceArguments
        {
            X = backward.X,
            Dy = backward.Dy,
            Y = backward.Y,
            Saved = backward.Saved,
            Scale = backward.Scale,
            Shift = backward.Shift,
            Partials = partials,
            Pixels = cut.Pixels,
            Channels = cut.Channels,
            Padded = cut.PaddedChannels,
            SlicePixels = cut.SlicePixels,
            Bounded = backward.Bounded,
            Mask = backward.Mask,
        };
        context.Launch(NormKernels.Reduce.For(context.InputType(X)), cut.OverPixels, reduce);
    }
}
