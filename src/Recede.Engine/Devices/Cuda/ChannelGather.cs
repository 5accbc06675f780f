using System.Runtime.InteropServices;

namespace Recede.Engine.Devices.Cuda;

/// <summary>Keeps some channels of a weight or vector.</summary>
internal static class ChannelGather
{
    private static readonly CudaKernel<GatherArguments> Kernel = new("gather.cu", "gather_channels");

    /// <summary>Queues the gather; see <see cref="Device.GatherChannels"/>. The lists travel in memory of the pool, which can be
    /// used again at once because all of it is queued in order.</summary>
    public static void Queue(
        CudaDevice device,
        nint source,
        Shape shape,
        TensorLayout layout,
        ReadOnlySpan<int> keptOut,
        ReadOnlySpan<int> keptIn,
        nint destination)
    {
        // A vector is one row, whose columns are its channels.
        var vector = layout == TensorLayout.Activation;
        var keptRows = vector ? default : keptOut;
        var keptColumns = vector ? keptOut : keptIn;
        var rows = keptRows.IsEmpty ? shape.N : keptRows.Length;
        var columns = keptColumns.IsEmpty ? shape.C : keptColumns.Length;
        var to = new Shape(rows, shape.H, shape.W, columns);
        using var lists = keptRows.IsEmpty && keptColumns.IsEmpty
            ? null
            : device.Allocate((long)(keptRows.Length + keptColumns.Length) * sizeof(int), "channel lists of pruning");
        var rowList = Upload(device, keptRows, lists?.Address ?? 0);
        var columnList = Upload(device, keptColumns, (lists?.Address ?? 0) + keptRows.Length * sizeof(int));
        var args = new GatherArguments
        {
            X = source,
            Y = destination,
            Outs = rowList,
            Ins = columnList,
            OutCount = rows,
            InCount = columns,
            Taps = shape.H * shape.W,
            XPadded = NhwcLayout.Padded(shape.C),
            YPadded = NhwcLayout.Padded(columns),
            Count = device.PhysicalCount(to, layout),
        };
        if (args.Count > 0)
        {
            device.Launch(Kernel, LaunchGrid.Over(args.Count), args);
        }
    }

    private static nint Upload(CudaDevice device, ReadOnlySpan<int> list, nint address)
    {
        if (list.IsEmpty)
        {
            return 0;
        }

        device.UploadBytes(MemoryMarshal.AsBytes(list), address);
        return address;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct GatherArguments
    {
        public nint X;
        public nint Y;
        public nint Outs;
        public nint Ins;
        public int OutCount;
        public int InCount;
        public int Taps;
        public int XPadded;
        public int YPadded;
        public long Count;
    }
}
