using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Ops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Kernels;

/// <summary>kernels/pooling.cu against naive loops in double precision.</summary>
[TestFixture]
internal sealed class PoolingKernelTests
{
    private static readonly LaunchGrid Grid = new(3, 1, 1, 64, 1, 0);

    private static readonly Pool2dArguments[] Windows =
    [
        Pool2dArguments.Square(2, 2), Pool2dArguments.Square(3, 2, 1), Pool2dArguments.Square(3, 1, 1),
        Pool2dArguments.Square(1, 2), new(2, 3, 1, 4, 1, 0),
    ];

    private static readonly Shape[] Shapes = [new(2, 5, 7, 3), new(1, 4, 4, 37), new(3, 3, 3, 1)];

    [Test]
    public void WindowsAreRight(
        [Values] bool max,
        [ValueSource(nameof(Windows))] Pool2dArguments args,
        [ValueSource(nameof(Shapes))] Shape shape,
        [Values(ElementType.Float32, ElementType.BFloat16)] ElementType type)
    {
        // Few values, so that many are equal: the first of them wins.
        var x = Array.ConvertAll(KernelRows.Normal(shape.Count, 1), v => Math.Round(v * 2) / 2);
        var forward = max ? PoolingOracle.Max(x, shape, args) : PoolingOracle.Average(x, shape, args);
        var y = Outputs(shape, args);
        var dy = KernelRows.Rounded(type, KernelRows.Normal(y.Count, 2));
        var backward = Backward(x, dy, shape, y, args, max);
        var name = (max ? "max" : "average") + "_pool2d_";
        var share = 1f / (args.KH * args.KW);
        var padded = NhwcLayout.Padded(shape.C);
        var rows = shape.N * shape.H * shape.W;
        KernelRun.InEveryOrder("pooling.cu", run =>
        {
            var xs = run.UploadRows(type, x, shape.C);
            var ys = run.AllocateRows(type, y.N * y.H * y.W, shape.C);
            run.Launch(name + "forward" + KernelRows.Suffix(type), Grid, new Pool2dForwardArguments(
                xs, ys, shape.N, shape.H, shape.W, padded, y.H, y.W,
                args.KH, args.KW, args.StrideH, args.StrideW, args.PadH, args.PadW, share));
            TensorAssert.AreClose(
                run.DownloadRows(type, ys, y.N * y.H * y.W, shape.C), forward, KernelRows.Relative(type), 1e-7, "y");
            foreach (var accumulate in (int[])[0, 1])
            {
                var dx = accumulate == 0
                    ? run.AllocateRows(type, rows, shape.C)
                    : run.UploadRows(type, [.. x.Select(_ => 1.0)], shape.C);
                run.Launch(name + "backward" + KernelRows.Suffix(type), Grid, new Pool2dBackwardArguments(
                    max ? xs : 0, run.UploadRows(type, dy, shape.C), dx, shape.N, shape.H, shape.W, padded, y.H, y.W,
                    args.KH, args.KW, args.StrideH, args.StrideW, args.PadH, args.PadW, share, accumulate));
                TensorAssert.AreClose(
                    run.DownloadRows(type, dx, rows, shape.C), [.. backward.Select(v => v + accumulate)],
                    KernelRows.Relative(type), 1e-6, "dx");
            }
        });
    }

    [Test]
    public void OfAWindowWithANaNTheFirstValueGetsTheGradient()
    {
        using var run = KernelRun.Instrumented("pooling.cu");
        double[] x = [1, 2, 3, double.NaN];
        var dx = run.AllocateRows(ElementType.Float32, 4, 1);
        var y = run.AllocateRows(ElementType.Float32, 1, 1);
        var xs = run.UploadRows(ElementType.Float32, x, 1);
        run.Launch("max_pool2d_forward_f32", Grid, new Pool2dForwardArguments(xs, y, 1, 2, 2, 8, 1, 1, 2, 2, 2, 2, 0, 0, 0.25f));
        Assert.That(run.DownloadRows(ElementType.Float32, y, 1, 1)[0], Is.NaN);
        run.Launch(
            "max_pool2d_backward_f32", Grid,
            new Pool2dBackwardArguments(xs, run.UploadRows(ElementType.Float32, [5], 1), dx, 1, 2, 2, 8, 1, 1, 2, 2, 2, 2, 0, 0, 0.25f, 0));
        Assert.That(run.DownloadRows(ElementType.Float32, dx, 4, 1), Is.EqualTo(new[] { 5.0, 0, 0, 0 }));
    }

    [Test]
    public void GlobalAverageIsRight(
        [Values(1, 3)] int images,
        [Values(1, 49, 100)] int pixels,
        [Values(1, 3, 7, 31, 37, 300)] int channels,
        [Values(ElementType.Float32, ElementType.BFloat16)] ElementType type)
    {
        var x = KernelRows.Rounded(type, KernelRows.Normal((long)images * pixels * channels, 1, mean: 3));
        var dy = KernelRows.Rounded(type, KernelRows.Normal((long)images * channels, 2));
        var padded = NhwcLayout.Padded(channels);
        var mean = new double[dy.Length];
        for (var i = 0; i < x.Length; i++)
        {
            mean[(i / channels / pixels * channels) + (i % channels)] += x[i] / pixels;
        }

        KernelRun.InEveryOrder("pooling.cu", run =>
        {
            var y = run.AllocateRows(type, images, channels);
            var columns = LaunchGrid.Columns(padded / NhwcLayout.VectorWidth(type), 2);
            run.Launch(
                "global_average_pool_forward" + KernelRows.Suffix(type), columns,
                new GlobalAveragePoolRule.GlobalPoolForwardArguments(run.UploadRows(type, x, channels), y, pixels, images, padded, 1f / pixels));
            TensorAssert.AreClose(run.DownloadRows(type, y, images, channels), mean, KernelRows.Relative(type), 1e-6, "y");
            var dx = run.UploadRows(type, [.. x.Select(_ => 1.0)], channels);
            run.Launch(
                "global_average_pool_backward" + KernelRows.Suffix(type), Grid,
                new GlobalAveragePoolRule.GlobalPoolBackwardArguments(
                    run.UploadRows(type, dy, channels), dx, pixels, images, padded, 1f / pixels, 1));
            TensorAssert.AreClose(
                run.DownloadRows(type, dx, images * pixels, channels),
                [.. x.Select((_, i) => 1 + (dy[(i / channels / pixels * channels) + (i % channels)] / pixels))],
                KernelRows.Relative(type), 1e-6, "dx");
        });
    }

    private static Shape Outputs(Shape s, Pool2dArguments a) =>
        s with { H = ((s.H + (2 * a.PadH) - a.KH) / a.StrideH) + 1, W = ((s.W + (2 * a.PadW) - a.KW) / a.StrideW) + 1 };

    private static double[] Backward(double[] x, double[] dy, Shape s, Shape y, Pool2dArguments a, bool max)
    {
        var dx = new double[s.Count];
        for (var i = 0; i < dy.Length; i++)
        {
            var (c, ow, oh, n) = (i % s.C, i / s.C % y.W, i / s.C / y.W % y.H, i / s.C / y.W / y.H);
            var taps = (from kh in Enumerable.Range(0, a.KH)
                        from kw in Enumerable.Range(0, a.KW)
                        let h = (oh * a.StrideH) - a.PadH + kh
                        let w = (ow * a.StrideW) - a.PadW + kw
                        where h >= 0 && h < s.H && w >= 0 && w < s.W
                        select (int)RowMajor.Index(s, n, h, w, c)).ToArray();
            if (max)
            {
                dx[taps.MaxBy(tap => x[tap])] += dy[i];
                continue;
            }

            foreach (var tap in taps)
            {
                dx[tap] += dy[i] / (a.KH * a.KW);
            }
        }

        return dx;
    }
}
