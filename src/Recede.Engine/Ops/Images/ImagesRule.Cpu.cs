using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <content>The CPU's code: one image an item. A table of the 256 values of each channel is exact, and as fast as the
/// stores, which are what this op spends its time on: 16 lanes for the 1 or 3 that an image fills.</content>
internal sealed partial class ImagesRule
{
    protected override unsafe void ForwardCpu(in CpuOpContext context, in ImageArguments args)
    {
        var shape = context.InputShape(Bytes);
        var table = context.Workspace(args.Normalization.Table.Length);
        args.Normalization.Table.CopyTo(new Span<float>(table, args.Normalization.Table.Length));
        var moves = (Move*)context.Workspace((long)shape.N * sizeof(Move) / sizeof(float));
        var indices = context.InputInts(Indices);
        for (var n = 0; n < shape.N; n++)
        {
            var (down, right, flip) = indices is null ? default : Draw(args, indices[n]);
            moves[n] = new Move(down, right, flip ? 1 : 0);
        }

        var job = new ImageJob { Shape = shape, X = context.InputBytes(Bytes), Y = context.Output(0), Table = table, Moves = moves };
        context.Pool.Run(ref job, shape.N);
    }

    protected override void BackwardCpu(in CpuOpContext context, in ImageArguments args) =>
        throw new UnreachableException("No gradient flows into bytes.");

    private readonly record struct Move(int Down, int Right, int Flip);

    private unsafe struct ImageJob : IParallelJob
    {
        public Shape Shape;
        public byte* X;
        public float* Y;
        public float* Table;
        public Move* Moves;

        public readonly void Run(int item, int worker)
        {
            var plane = (long)Shape.H * Shape.W;
            var x = X + item * plane * Shape.C;
            var blocks = BlockedLayout.Blocks(Shape.C);
            for (var block = 0; block < blocks; block++)
            {
                var y = Y + ((long)item * blocks + block) * plane * BlockedLayout.Lanes;
                var channels = Math.Min(BlockedLayout.Lanes, Shape.C - block * BlockedLayout.Lanes);
                for (var h = 0; h < Shape.H; h++)
                {
                    Row(x, y + (long)h * Shape.W * BlockedLayout.Lanes, h, block * BlockedLayout.Lanes, channels, Moves[item]);
                }
            }
        }

        private readonly void Row(byte* x, float* y, int h, int firstChannel, int channels, Move move)
        {
            var row = h + move.Down;
            var outside = (uint)row >= (uint)Shape.H;
            var source = x + (outside ? 0 : (long)row * Shape.W * Shape.C) + firstChannel;

            // Output columns [from, end) lie inside the image; the others are padding.
            var (from, end) = move.Flip != 0
                ? (move.Right, Shape.W + move.Right)
                : (-move.Right, Shape.W - move.Right);
            (from, end) = outside ? (0, 0) : (Math.Max(from, 0), Math.Min(end, Shape.W));
            var stride = move.Flip != 0 ? -Shape.C : Shape.C;
            var first = move.Flip != 0 ? Shape.W - 1 + move.Right : move.Right;
            var table = Table + (firstChannel * 256);
            if (channels > Vector128<float>.Count)
            {
                NativeMemory.Clear(y, (nuint)Shape.W * BlockedLayout.Lanes * sizeof(float));
                for (var c = 0; c < channels; c++)
                {
                    Channel(source + ((long)first * Shape.C) + c, stride, table + (c * 256), y + c, from, end);
                }

                return;
            }

            source += ((long)first * Shape.C) + ((long)from * stride);
            var padding = stackalloc byte[Vector128<float>.Count];
            new Span<byte>(padding, Vector128<float>.Count).Clear();
            for (var w = 0; w < Shape.W; w++, y += BlockedLayout.Lanes)
            {
                var isInside = w >= from && w < end;
                Pixel(isInside ? source : padding, table, y, channels);
                source += isInside ? stride : 0;
            }
        }

        // One channel of a row of many.
        private readonly void Channel(byte* source, int stride, float* table, float* y, int from, int end)
        {
            for (var w = 0; w < Shape.W; w++)
            {
                y[(long)w * BlockedLayout.Lanes] = table[w >= from && w < end ? source[(long)w * stride] : 0];
            }
        }

        // All 16 lanes of a pixel of few channels, the missing ones as zero.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Pixel(byte* source, float* table, float* y, int channels)
        {
            var values = Vector128.Create(
                table[source[0]],
                channels > 1 ? table[256 + source[1]] : 0,
                channels > 2 ? table[512 + source[2]] : 0,
                channels > 3 ? table[768 + source[3]] : 0);
            if (Vector512.IsHardwareAccelerated)
            {
                values.ToVector256().ToVector512().Store(y);
                return;
            }

            values.Store(y);
            for (var lane = Vector128<float>.Count; lane < BlockedLayout.Lanes; lane += Vector128<float>.Count)
            {
                Vector128<float>.Zero.Store(y + lane);
            }
        }
    }
}
