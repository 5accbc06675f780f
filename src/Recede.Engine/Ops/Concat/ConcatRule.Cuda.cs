using Recede.Engine.Core;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>
/// The CUDA kernel's launches, one a part. A part at an offset that is a multiple of 8 moves in vectors, whose last one may
/// write zeros where the next part begins: the next launch, which comes after it, writes over them.
/// </content>
internal sealed partial class ConcatRule
{
    private static readonly TypedCudaKernel<ChannelSliceArguments> Kernel = new("channels.cu", "channel_slice");

    protected override void ForwardCuda(in CudaOpContext context, in NoArguments args)
    {
        var y = context.OutputShape(0);
        var offset = 0;
        for (var i = 0; i < context.InputCount; i++)
        {
            var part = context.InputShape(i);
            var last = i == context.InputCount - 1;
            Launch(context, new ChannelSliceArguments
            {
                From = context.Input(i),
                To = context.Output(0),
                Pixels = (long)y.N * y.H * y.W,
                FromPadded = NhwcLayout.Padded(part.C),
                ToPadded = NhwcLayout.Padded(y.C),
                ToFirst = offset,
                Channels = part.C,
                Zeros = last ? NhwcLayout.Padded(y.C) - y.C : 0,
                Aligned = offset % NhwcLayout.Lanes == 0 ? 1 : 0,
            });
            offset += part.C;
        }
    }

    protected override void BackwardCuda(in CudaOpContext context, in NoArguments args)
    {
        // One part after another: where a tensor is two of them, its second slice is added to the first.
        var y = context.OutputShape(0);
        var offset = 0;
        for (var i = 0; i < context.InputCount; i++)
        {
            var part = context.InputShape(i);
            if (context.NeedsGradient(i))
            {
                Launch(context, new ChannelSliceArguments
                {
                    From = context.OutputGradient(0),
                    To = context.InputGradient(i, out var accumulate),
                    Pixels = (long)y.N * y.H * y.W,
                    FromPadded = NhwcLayout.Padded(y.C),
                    FromFirst = offset,
                    ToPadded = NhwcLayout.Padded(part.C),
                    Channels = part.C,
                    Zeros = NhwcLayout.Padded(part.C) - part.C,
                    Aligned = offset % NhwcLayout.Lanes == 0 ? 1 : 0,
                    Accumulate = accumulate ? 1 : 0,
                });
            }

            offset += part.C;
        }
    }

    private static void Launch(in CudaOpContext context, in ChannelSliceArguments slice)
    {
        var type = context.InputType(0);
        var span = slice.Channels + slice.Zeros;
        var width = slice.Aligned == 0 ? 1 : NhwcLayout.VectorWidth(type);
        context.Launch(Kernel.For(type), LaunchGrid.Over(slice.Pixels * ((span + width - 1) / width)), slice);
    }

    internal struct ChannelSliceArguments
    {
        public nint From;
        public nint To;
        public long Pixels;
        public int FromPadded;
        public int FromFirst;
        public int ToPadded;
        public int ToFirst;
        public int Channels;
        public int Zeros;
        public int Aligned;
        public int Accumulate;
    }
}
