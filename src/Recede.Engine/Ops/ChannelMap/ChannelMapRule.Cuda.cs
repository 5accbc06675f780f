using System.Runtime.CompilerServices;
using Recede.Engine.Core;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Ops;

/// <content>
/// The CUDA kernel's launches. The map travels in the kernel's arguments, so nothing has to be copied to the device: a launch
/// takes 512 channels of what it writes. Backward gathers too, through the map turned round; a channel that several outputs
/// read takes a launch for each of its readers, in their order.
/// </content>
internal sealed partial class ChannelMapRule
{
    private const int MapChannels = 512;

    private static readonly TypedCudaKernel<ChannelMapKernelArguments> Kernel = new("channels.cu", "channel_map");

    protected override void ForwardCuda(in CudaOpContext context, in ChannelMapArguments args)
    {
        var launch = Geometry(context, args, backward: false);
        for (launch.First = 0; launch.First < launch.ToPadded; launch.First += MapChannels)
        {
            launch.Count = Math.Min(MapChannels, launch.ToPadded - launch.First);
            for (var i = 0; i < launch.Count; i++)
            {
                var channel = launch.First + i;
                launch.Sources[i] = channel < args.Map.Outputs ? args.Map[channel] : -1;
            }

            Launch(context, launch);
        }
    }

    protected override void BackwardCuda(in CudaOpContext context, in ChannelMapArguments args)
    {
        if (!context.NeedsGradient(0))
        {
            return;
        }

        var launch = Geometry(context, args, backward: true);
        for (launch.First = 0; launch.First < launch.ToPadded; launch.First += MapChannels)
        {
            launch.Count = Math.Min(MapChannels, launch.ToPadded - launch.First);
            launch.Accumulate = launch.Accumulate == 0 ? 0 : 1;
            BackwardChannels(context, args.Map, launch);
        }
    }

    private static void BackwardChannels(in CudaOpContext context, ChannelIndexMap map, ChannelMapKernelArguments launch)
    {
        // The first launch of a fresh gradient writes its zeros too, so it is needed even where nothing reads.
        for (var reader = 0; FillReaders(map, reader, ref launch) || (reader == 0 && launch.Accumulate == 0); reader++)
        {
            Launch(context, launch);
            launch.Accumulate = 1;
        }
    }

    // The reader of that number of each channel; false when none has so many.
    private static bool FillReaders(ChannelIndexMap map, int reader, ref ChannelMapKernelArguments launch)
    {
        var any = false;
        for (var i = 0; i < launch.Count; i++)
        {
            var channel = launch.First + i;
            var at = channel < map.InputsRead ? map.ReaderStarts[channel] + reader : 0;
            var there = channel < map.InputsRead && at < map.ReaderStarts[channel + 1];
            launch.Sources[i] = there ? map.Readers[at] : -1;
            any |= there;
        }

        return any;
    }

    private static ChannelMapKernelArguments Geometry(in CudaOpContext context, in ChannelMapArguments args, bool backward)
    {
        var accumulate = false;
        var (from, to) = backward
            ? (context.OutputShape(0), context.InputShape(0))
            : (context.InputShape(0), context.OutputShape(0));
        return new ChannelMapKernelArguments
        {
            From = backward ? context.OutputGradient(0) : context.Input(0),
            To = backward ? context.InputGradient(0, out accumulate) : context.Output(0),
            N = to.N,
            FromH = from.H,
            FromW = from.W,
            FromPadded = NhwcLayout.Padded(from.C),
            ToH = to.H,
            ToW = to.W,
            ToPadded = NhwcLayout.Padded(to.C),
            Stride = args.Stride,
            Spread = backward ? 1 : 0,
            Accumulate = accumulate ? 1 : 0,
        };
    }

    private static void Launch(in CudaOpContext context, in ChannelMapKernelArguments launch)
    {
        var type = context.InputType(0);
        var vectors = (long)launch.N * launch.ToH * launch.ToW * (launch.Count / NhwcLayout.VectorWidth(type));
        context.Launch(Kernel.For(type), LaunchGrid.Over(vectors), launch);
    }

    internal struct ChannelMapKernelArguments
    {
        public nint From;
        public nint To;
        public int N;
        public int FromH;
        public int FromW;
        public int FromPadded;
        public int ToH;
        public int ToW;
        public int ToPadded;
        public int First;
        public int Count;
        public int Stride;
        public int Spread;
        public int Accumulate;
        public MapSources Sources;
    }

    [InlineArray(MapChannels)]
    internal struct MapSources
    {
        private int _first;
    }
}
