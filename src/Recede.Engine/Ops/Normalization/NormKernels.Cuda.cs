using System.Runtime.InteropServices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <summary>The kernels of kernels/batch_norm_forward.cu and batch_norm_backward.cu and their arguments, field by field as there.</summary>
internal static class NormKernels
{
    private const string ForwardFile = "batch_norm_forward.cu";
    private const string BackwardFile = "batch_norm_backward.cu";

    /// <summary>Sums of slices for mean and variance.</summary>
    public static TypedCudaKernel<NormMomentsArguments> Moments { get; } = new(ForwardFile, "batch_norm_moments");

    /// <summary>Mean and variance from those.</summary>
    public static CudaKernel<NormMergeMomentsArguments> MergeMoments { get; } = new(ForwardFile, "batch_norm_merge_moments");

    /// <summary>Writes y.</summary>
    public static TypedCudaKernel<NormForwardArguments> Forward { get; } = new(ForwardFile, "batch_norm_forward");

    /// <summary>Sums of slices for the gradients.</summary>
    public static TypedCudaKernel<NormReduceArguments> Reduce { get; } = new(BackwardFile, "batch_norm_reduce");

    /// <summary>The gradients of scale and shift from those.</summary>
    public static CudaKernel<NormMergeGradientsArguments> MergeGradients { get; } = new(BackwardFile, "batch_norm_merge_gradients");

    /// <summary>Writes the gradients of x and the residual.</summary>
    public static TypedCudaKernel<NormBackwardArguments> Backward { get; } = new(BackwardFile, "batch_norm_backward");

    [StructLayout(LayoutKind.Sequential)]
    internal struct NormMomentsArguments
    {
        public nint X;
        public nint Partials;
        public long Pixels;
        public int Padded;
        public int SlicePixels;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NormMergeMomentsArguments
    {
        public nint Partials;
        public nint Moments;
        public nint Saved;
        public nint RunningMean;
        public nint RunningVariance;
        public long Pixels;
        public int Channels;
        public int Padded;
        public int Slices;
        public int SlicePixels;
        public float Epsilon;
        public float Momentum;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NormForwardArguments
    {
        public nint X;
        public nint Residual;
        public nint Y;
        public nint Mean;
        public nint Rest;
        public nint Rstd;
        public nint Variance;
        public nint Scale;
        public nint Shift;
        public nint Saved;
        public nint RunningMean;
        public nint RunningVariance;
        public long Pixels;
        public int Channels;
        public int Padded;
        public int SlicePixels;
        public int Bounded;
        public int Relu;
        public float Epsilon;
        public float Momentum;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NormReduceArguments
    {
        public nint X;
        public nint Dy;
        public nint Y;
        public nint Saved;
        public nint Scale;
        public nint Shift;
        public nint Partials;
        public long Pixels;
        public int Channels;
        public int Padded;
        public int SlicePixels;
        public int Bounded;
        public int Mask;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NormMergeGradientsArguments
    {
        public nint Partials;
        public nint Saved;
        public nint Scale;
        public nint Coefficients;
        public nint DScale;
        public nint DShift;
        public long Pixels;
        public int Channels;
        public int Padded;
        public int Slices;
        public int Bounded;
        public int AddsToDScale;
        public int AddsToDShift;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct NormBackwardArguments
    {
        public nint X;
        public nint Dy;
        public nint Y;
        public nint Dx;
        public nint DResidual;
        public nint Saved;
        public nint Scale;
        public nint Shift;
        public nint Coefficients;
        public long Pixels;
        public int Channels;
        public int Padded;
        public int SlicePixels;
        public int Bounded;
        public int Mask;
        public int AddsToDx;
        public int AddsToDResidual;
    }
}
