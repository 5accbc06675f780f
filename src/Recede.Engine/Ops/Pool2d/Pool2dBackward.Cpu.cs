using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Ops;

/// <summary>Hands the gradients of one plane's windows back to the plane's values, one plane an item.</summary>
internal unsafe struct Pool2dBackward<TWindow> : IParallelJob
    where TWindow : unmanaged, IPoolWindow
{
    private Pool2dArguments _args;
    private Shape _in;
    private Shape _out;
    private float* _x;
    private float* _dx;
    private float* _dy;
    private bool _accumulate;

    public static void Run(in CpuOpContext context, in Pool2dArguments args)
    {
        if (!context.NeedsGradient(0))
        {
            return;
        }

        var job = new Pool2dBackward<TWindow>
        {
            _args = args,
            _in = context.InputShape(0),
            _out = context.OutputShape(0),
            _x = TWindow.BackwardReadsInput ? context.Input(0) : null,
            _dy = context.OutputGradient(0),
        };
        job._dx = context.InputGradient(0, out job._accumulate);
        context.Pool.Run(ref job, job._in.N * BlockedLayout.Blocks(job._in.C));
    }

    public readonly void Run(int item, int worker)
    {
        var plane = (long)_in.H * _in.W * BlockedLayout.Lanes;
        var dx = _dx + item * plane;

        // A window that reads no input still gets addresses, which it never follows.
        var x = TWindow.BackwardReadsInput ? _x + item * plane : dx;
        var dy = _dy + (long)item * _out.H * _out.W * BlockedLayout.Lanes;
        switch (Simd.Level)
        {
            case SimdLevel.Vector512:
                Plane<V512>(x, dx, dy);
                break;
            case SimdLevel.Vector256:
                Plane<V256>(x, dx, dy);
                break;
            default:
                Plane<V1>(x, dx, dy);
                break;
        }
    }

    private readonly void Plane<TV>(float* x, float* dx, float* dy)
        where TV : unmanaged, ISimd<TV>
    {
        if (_args == Pool2dArguments.Square(2, 2))
        {
            Pairs<TV>(x, dx, dy);
            return;
        }

        if (!_accumulate)
        {
            NativeMemory.Clear(dx, (nuint)_in.H * (nuint)_in.W * BlockedLayout.Lanes * sizeof(float));
        }

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
                    Window<TV>(x + lane, dx + lane, dy + lane, h0, h1, w0, w1);
                }

                dy += BlockedLayout.Lanes;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Window<TV>(float* x, float* dx, float* dy, int h0, int h1, int w0, int w1)
        where TV : unmanaged, ISimd<TV>
    {
        var joined = TWindow.Start<TV>();
        if (TWindow.BackwardReadsInput)
        {
            for (var h = h0; h < h1; h++)
            {
                var row = x + (long)h * _in.W * BlockedLayout.Lanes;
                for (var w = w0; w < w1; w++)
                {
                    joined = TWindow.Join(joined, TV.Load(row + (long)w * BlockedLayout.Lanes));
                }
            }
        }

        var rest = TWindow.Share(TV.Load(dy), TV.Broadcast(1f / ((long)_args.KH * _args.KW)));
        for (var h = h0; h < h1; h++)
        {
            for (var w = w0; w < w1; w++)
            {
                var at = ((long)h * _in.W + w) * BlockedLayout.Lanes;
                TV.Store(TV.Load(dx + at) + TWindow.Give(joined, x + at, rest), dx + at);
                rest = TWindow.Keep(joined, x + at, rest);
            }
        }
    }

    // 2 x 2 windows side by side: every value has one window, so gradients are stored, not added up.
    private readonly void Pairs<TV>(float* x, float* dx, float* dy)
        where TV : unmanaged, ISimd<TV>
    {
        var share = TV.Broadcast(0.25f);
        var width = (long)_in.W * BlockedLayout.Lanes;
        for (var oh = 0; oh < _out.H; oh++)
        {
            var at = 2 * oh * width;
            for (var ow = 0; ow < _out.W; ow++)
            {
                for (var lane = 0; lane < BlockedLayout.Lanes; lane += TV.Count)
                {
                    var a = at + lane;
                    var joined = TWindow.Start<TV>();
                    if (TWindow.BackwardReadsInput)
                    {
                        joined = TWindow.Join(TV.Load(x + a), TV.Load(x + a + BlockedLayout.Lanes));
                        joined = TWindow.Join(joined, TV.Load(x + a + width));
                        joined = TWindow.Join(joined, TV.Load(x + a + width + BlockedLayout.Lanes));
                    }

                    var rest = TWindow.Share(TV.Load(dy + lane), share);
                    rest = Give(joined, x, dx, a, rest);
                    rest = Give(joined, x, dx, a + BlockedLayout.Lanes, rest);
                    rest = Give(joined, x, dx, a + width, rest);
                    Give(joined, x, dx, a + width + BlockedLayout.Lanes, rest);
                }

                at += 2 * BlockedLayout.Lanes;
                dy += BlockedLayout.Lanes;
            }
        }

        if (!_accumulate)
        {
            ClearUncovered(dx);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly TV Give<TV>(TV joined, float* x, float* dx, long at, TV rest)
        where TV : unmanaged, ISimd<TV>
    {
        var given = TWindow.Give(joined, x + at, rest);
        TV.Store(_accumulate ? TV.Load(dx + at) + given : given, dx + at);
        return TWindow.Keep(joined, x + at, rest);
    }

    // The last column and row of odd sizes belong to no 2 x 2 window.
    private readonly void ClearUncovered(float* dx)
    {
        var width = (long)_in.W * BlockedLayout.Lanes;
        if (_in.W % 2 == 1)
        {
            for (var h = 0; h < _in.H; h++)
            {
                new Span<float>(dx + (h + 1) * width - BlockedLayout.Lanes, BlockedLayout.Lanes).Clear();
            }
        }

        if (_in.H % 2 == 1)
        {
            NativeMemory.Clear(dx + (_in.H - 1) * width, (nuint)width * sizeof(float));
        }
    }
}
