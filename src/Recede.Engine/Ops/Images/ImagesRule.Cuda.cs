using System.Diagnostics;
using System.Runtime.CompilerServices;
using Recede.Engine.Core;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>
/// The CUDA kernels' launches. What each byte becomes is computed on the device, in double precision as in
/// <see cref="ImageNormalization"/> and so to the same bits, from means and deviations that travel in the arguments: nothing
/// has to be copied to the device.
/// </content>
internal sealed partial class ImagesRule
{
    private const int TableChannels = 16;
    private const int Levels = 256;
    private const int Block = 256;

    private static readonly CudaKernel<ImageTableArguments> TableKernel = new("images.cu", "image_table");
    private static readonly TypedCudaKernel<ImagesKernelArguments> Kernel = new("images.cu", "images");

    protected override void ForwardCuda(in CudaOpContext context, in ImageArguments args)
    {
        var shape = context.InputShape(Bytes);
        var type = context.OutputType(0);
        var padded = NhwcLayout.Padded(shape.C);
        var perImage = (long)shape.H * shape.W * (padded / NhwcLayout.VectorWidth(type));
        var grid = LaunchGrid.Over(perImage, Block) with { GridY = Math.Clamp(shape.N, 1, ushort.MaxValue) };
        context.Launch(
            Kernel.For(type),
            grid,
            new ImagesKernelArguments(
                context.Input(Bytes),
                context.Input(Indices),
                MakeTable(context, args.Normalization),
                context.Output(0),
                shape.N,
                shape.H,
                shape.W,
                shape.C,
                padded,
                args.CropPadding,
                args.Flip ? 1 : 0,
                args.Seed,
                Stream + args.Epoch,
                context.EpochWord));
    }

    protected override void BackwardCuda(in CudaOpContext context, in ImageArguments args) =>
        throw new UnreachableException("No gradient flows into bytes.");

    private static nint MakeTable(in CudaOpContext context, ImageNormalization normalization)
    {
        var table = context.Workspace((long)normalization.Channels * Levels * sizeof(float));
        for (var first = 0; first < normalization.Channels; first += TableChannels)
        {
            var part = new ImageTableArguments
            {
                Table = table + (nint)first * Levels * sizeof(float),
                Channels = Math.Min(TableChannels, normalization.Channels - first),
            };
            normalization.Mean.Slice(first, part.Channels).CopyTo(part.Mean);
            normalization.Std.Slice(first, part.Channels).CopyTo(part.Deviation);
            context.Launch(TableKernel, new LaunchGrid(part.Channels, 1, 1, Levels, 1, 0), part);
        }

        return table;
    }

    internal struct ImageTableArguments
    {
        public nint Table;
        public int Channels;
        public ChannelFloats Mean;
        public ChannelFloats Deviation;
    }

    [InlineArray(TableChannels)]
    internal struct ChannelFloats
    {
        private float _first;
    }

    internal readonly record struct ImagesKernelArguments(
        nint X, nint Indices, nint Table, nint Y, int N, int H, int W, int C, int Padded, int Crop, int Flip, ulong Seed, ulong Stream,
        nint Epoch);
}
