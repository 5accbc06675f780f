using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Ops;

/// <summary>Mean and variance of every channel on CUDA, in two deterministic stages: see kernels/batch_norm_forward.cu.</summary>
internal static class NormStatistics
{
    // What a slice leaves of a channel: a value of its own, its mean less that, the squared differences from its mean.
    private const int PartialFloats = 3;

    /// <summary>
    /// Queues the moments of x [N, H, W, C] with a pixel at least: mean and biased variance as the float tensor [2, 1, 1, C].
    /// </summary>
    /// <param name="context">The op that asks.</param>
    /// <param name="x">Address of x.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="type">Its type, float32 or bfloat16.</param>
    /// <param name="moments">Where they go, padding included.</param>
    public static void Compute(in CudaOpContext context, nint x, Shape shape, ElementType type, nint moments) =>
        Compute(context, x, new ChannelSlices(shape, type), type, new NormKernels.NormMergeMomentsArguments { Moments = moments });

    /// <summary>Queues the moments and what follows from them: <paramref name="merge"/> tells where they go.</summary>
    public static void Compute(
        in CudaOpContext context, nint x, in ChannelSlices cut, ElementType type, NormKernels.NormMergeMomentsArguments merge)
    {
        if (cut.IsEmpty)
        {
            return;
        }

        merge.Partials = context.Workspace(cut.PartialBytes(PartialFloats));
        merge.Pixels = cut.Pixels;
        merge.Channels = cut.Channels;
        merge.Padded = cut.PaddedChannels;
        merge.Slices = cut.Count;
        merge.SlicePixels = cut.SlicePixels;
        var sums = new NormKernels.NormMomentsArguments
        {
            X = x,
            Partials = merge.Partials,
            Pixels = cut.Pixels,
            Padded = cut.PaddedChannels,
            SlicePixels = cut.SlicePixels,
        };
        context.Launch(NormKernels.Moments.For(type), cut.OverPixels, sums);
        context.Launch(NormKernels.MergeMoments, cut.OverChannels, merge);
    }
}
