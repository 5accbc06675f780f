using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>Pools one plane [H, W, 16] an item. Taps outside the plane are skipped, which is what both kinds of padding
/// mean: minus infinity for a maximum, zero for a sum.</summary>
internal unsafe struct Pool2dForward<TWindow> : IParallelJob
    where TWindow : unmanaged, IPoolWindow
{
    private Pool2dArguments _args;
    private Shape _in;
    private Shape _out;
    private float* _x;
    private float* _y;

    public static void Run(in CpuOpContext context, in Pool2dArguments args)
    {
        var job = new Pool2dForward<TWindow>
        {
            _args = args,
            _in = context.InputShape(0),
            _out = context.OutputShape(0),
            _x = context.Input(0),
            _y = context.Output(0),
        };
        context.Pool.Run(ref job, job._in.N * BlockedLayout.Blocks(job._in.C));
    }

    public readonly void Run(int item, int worker)
    {
        var x = _x + (long)item * _in.H * _in.W * BlockedLayout.Lanes;
        var y = _y + (long)item * _out.H * _out.W * BlockedLayout.Lanes;
        switch (Simd.Level)
        {
            case SimdLevel.Vector512:
                Plane<V512>(x, y);
                break;
            case SimdLevel.Vector256:
                Plane<V256>(x, y);
                break;
            default:
                Plane<V1>(x, y);
                break;
        }
    }

    private readonly void Plane<TV>(float* x, float* y)
        where TV : unmanaged, ISimd<TV>
    {
        if (_args == Pool2dArguments.Square(2, 2))
        {
            Pairs<TV>(x, y);
            return;
        }

        var share = TV.Broadcast(1f / ((long)_args.KH * _args.KW));
        for (var oh = 0; oh < _out.H; oh++)
        {
            var top = oh * _args.StrideH - _args.PadH;
            var h0 = Math.Max(top, 0);
            var h1 = (int)Math.Min((long)top + _args.KH, _in.H);
            for (var ow = 0; ow < _out.W; ow++)
            {
                var left = ow * _args.StrideW - _args.PadW;
                var w0 = Math.Max(left, 0);
                var w1 = (int)Math.Min((long)left + _args.KW, _in.W);
                for (var lane = 0; lane < BlockedLayout.Lanes; lane += TV.Count)
                {
                    var joined = TWindow.Start<TV>();
                    for (var h = h0; h < h1; h++)
                    {
                        var row = x + ((long)h * _in.W + w0) * BlockedLayout.Lanes + lane;
                        for (var w = w0; w < w1; w++, row += BlockedLayout.Lanes)
                        {
                            joined = TWindow.Join(joined, TV.Load(row));
                        }
                    }

                    TV.Store(TWindow.Finish(joined, share), y + lane);
                }

                y += BlockedLayout.Lanes;
            }
        }
    }

    // 2 x 2 windows side by side.
    private readonly void Pairs<TV>(float* x, float* y)
        where TV : unmanaged, ISimd<TV>
    {
        var share = TV.Broadcast(0.25f);
        var width = (long)_in.W * BlockedLayout.Lanes;
        for (var oh = 0; oh < _out.H; oh++)
        {
            var upper = x + 2 * oh * width;
            var lower = upper + width;
            for (var ow = 0; ow < _out.W; ow++)
            {
                for (var lane = 0; lane < BlockedLayout.Lanes; lane += TV.Count)
                {
                    var joined = TWindow.Join(TV.Load(upper + lane), TV.Load(upper + lane + BlockedLayout.Lanes));
                    joined = TWindow.Join(joined, TV.Load(lower + lane));
                    joined = TWindow.Join(joined, TV.Load(lower + lane + BlockedLayout.Lanes));
                    TV.Store(TWindow.Finish(joined, share), y + lane);
                }

                upper += 2 * BlockedLayout.Lanes;
                lower += 2 * BlockedLayout.Lanes;
                y += BlockedLayout.Lanes;
            }
        }
    }
}
