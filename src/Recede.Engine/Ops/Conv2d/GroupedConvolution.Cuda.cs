using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <summary>
/// Convolution in groups of channels on CUDA, depthwise included; filters, their gradient and the bias are float32 whatever
/// the type of the activations. Shapes and the activations' type are those of the op's call.
/// </summary>
internal static class GroupedConvolution
{
    // Threads that the first stage of the filter gradient aims at: enough for any GPU.
    private const long WantedThreads = 1 << 18;

    // Partial filter gradients, which the second stage adds one after another.
    private const long MostChunks = 512;

    private static readonly CudaKernel<TurnFiltersArguments> TurnKernel = new("grouped_convolution.cu", "turn_filters");

    private static readonly TypedCudaKernel<GroupedConvolutionArguments> ForwardKernel =
        new("grouped_convolution.cu", "grouped_convolution_forward");

    private static readonly TypedCudaKernel<GroupedConvolutionArguments> BackwardKernel =
        new("grouped_convolution.cu", "grouped_convolution_backward");

    private static readonly TypedCudaKernel<GroupedFilterGradientArguments> FilterKernel =
        new("grouped_convolution.cu", "grouped_filter_gradient");

    private static readonly CudaKernel<GroupedFilterSumArguments> FilterSumKernel = new("grouped_convolution.cu", "grouped_filter_sum");

    /// <summary>Queues y = x * w + bias.</summary>
    /// <param name="context">The op's call: input 0 is x, input 1 the filters, output 0 is y.</param>
    /// <param name="args">The op's arguments.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="w">float32 filters [O, KH, KW, C / Groups].</param>
    /// <param name="bias">float32 [1, 1, 1, O], or 0.</param>
    /// <param name="y">[N, OH, OW, O].</param>
    public static void Forward(in CudaOpContext context, in Conv2dArguments args, nint x, nint w, nint bias, nint y) =>
        Convolve(context, args, x, w, bias, y, accumulate: false, backward: false);

    /// <summary>Queues the gradient of x.</summary>
    /// <param name="context">The op's call.</param>
    /// <param name="args">The op's arguments.</param>
    /// <param name="dy">[N, OH, OW, O].</param>
    /// <param name="w">float32 filters.</param>
    /// <param name="dx">[N, H, W, C].</param>
    /// <param name="accumulate">Whether dx keeps what it holds.</param>
    public static void BackwardData(in CudaOpContext context, in Conv2dArguments args, nint dy, nint w, nint dx, bool accumulate) =>
        Convolve(context, args, dy, w, 0, dx, accumulate, backward: true);

    /// <summary>Queues the gradient of the filters.</summary>
    /// <param name="context">The op's call.</param>
    /// <param name="args">The op's arguments.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="dy">[N, OH, OW, O].</param>
    /// <param name="dw">float32, as the filters.</param>
    /// <param name="accumulate">Whether dw keeps what it holds.</param>
    public static void BackwardFilter(in CudaOpContext context, in Conv2dArguments args, nint x, nint dy, nint dw, bool accumulate)
    {
        var (input, filter, output) = (context.InputShape(0), context.InputShape(1), context.OutputShape(0));
        var elements = filter.Count;
        var rows = (long)output.N * output.H;
        var wanted = Math.Clamp(WantedThreads / elements, 1, Math.Clamp(rows, 1, MostChunks));
        var chunkRows = (int)Math.Max((rows + wanted - 1) / wanted, 1);
        var chunks = (int)Math.Max((rows + chunkRows - 1) / chunkRows, 1);
        var parts = context.Workspace(chunks * elements * sizeof(float));
        context.Launch(
            FilterKernel.For(context.InputType(0)),
            LaunchGrid.Over(chunks * elements),
            new GroupedFilterGradientArguments(
                x, dy, parts, input.N, input.H, input.W, NhwcLayout.Padded(input.C), output.H, output.W, output.C,
                NhwcLayout.Padded(output.C), filter.H, filter.W, args.StrideH, args.StrideW, args.PadH, args.PadW,
                args.DilationH, args.DilationW, filter.C, filter.N / args.Groups, chunks, chunkRows));
        context.Launch(
            FilterSumKernel,
            LaunchGrid.Over(NhwcLayout.Count(filter, TensorLayout.Filter)),
            new GroupedFilterSumArguments(
                parts, dw, filter.N, NhwcLayout.Padded(filter.N), filter.H * filter.W, filter.C, NhwcLayout.Padded(filter.C), chunks,
                accumulate ? 1 : 0));
    }

    private static void Convolve(
        in CudaOpContext context, in Conv2dArguments args, nint from, nint w, nint bias, nint to, bool accumulate, bool backward)
    {
        var (x, filter, y) = (context.InputShape(0), context.InputShape(1), context.OutputShape(0));
        var (read, written) = backward ? (y, x) : (x, y);
        var (groupRead, groupWritten) = backward ? (filter.N / args.Groups, filter.C) : (filter.C, filter.N / args.Groups);
        var type = context.InputType(0);
        var padded = NhwcLayout.Padded(written.C);
        var turnedCount = (long)filter.H * filter.W * groupRead * padded;
        var turned = context.Workspace(turnedCount * sizeof(float));
        context.Launch(
            TurnKernel,
            LaunchGrid.Over(turnedCount),
            new TurnFiltersArguments(
                w, turned, filter.N, filter.H * filter.W, filter.C, NhwcLayout.Padded(filter.C), filter.N / args.Groups, written.C, padded,
                backward ? 1 : 0));
        context.Launch(
            (backward ? BackwardKernel : ForwardKernel).For(type),
            LaunchGrid.Over(NhwcLayout.Count(written, TensorLayout.Activation) / NhwcLayout.VectorWidth(type)),
            new GroupedConvolutionArguments(
                from, turned, bias, to, x.N, read.H, read.W, NhwcLayout.Padded(read.C), written.H, written.W, written.C, padded,
                filter.H, filter.W, args.StrideH, args.StrideW, args.PadH, args.PadW, args.DilationH, args.DilationW,
                groupRead, groupWritten, accumulate ? 1 : 0));
    }

    internal readonly record struct TurnFiltersArguments(
        nint From, nint To, int O, int Taps, int I, int PaddedI, int GroupO, int Channels, int Padded, int Backward);

    internal readonly record struct GroupedConvolutionArguments(
        nint From, nint Filters, nint Bias, nint To, int N, int FromH, int FromW, int FromPadded,
        int ToH, int ToW, int ToC, int ToPadded, int Kh, int Kw, int StrideH, int StrideW, int PadH, int PadW,
        int DilationH, int DilationW, int GroupFrom, int GroupTo, int Accumulate);

    internal readonly record struct GroupedFilterGradientArguments(
        nint X, nint Dy, nint Parts, int N, int H, int W, int Padded, int Oh, int Ow, int O, int PaddedO,
        int Kh, int Kw, int StrideH, int StrideW, int PadH, int PadW, int DilationH, int DilationW,
        int GroupI, int GroupO, int Chunks, int ChunkRows);

    internal readonly record struct GroupedFilterSumArguments(
        nint Parts, nint Dw, int O, int PaddedO, int Taps, int I, int PaddedI, int Chunks, int Accumulate);
}
