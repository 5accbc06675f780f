using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Ops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Kernels;

/// <summary>kernels/grouped_convolution.cu against naive loops in double precision.</summary>
[TestFixture]
internal sealed class GroupedConvolutionKernelTests
{
    private static readonly LaunchGrid Grid = new(4, 1, 1, 64, 1, 0);

    // Input and output channels, groups: depthwise, with several filters a channel, and wide groups.
    private static readonly (int C, int O, int Groups)[] Channels = [(1, 1, 1), (3, 3, 3), (37, 37, 37), (7, 14, 7), (6, 9, 3), (22, 10, 2)];

    private static readonly (Conv2dArguments Args, int KH, int KW)[] Taps =
    [
        (Conv2dArguments.Square(padding: 1), 3, 3),
        (Conv2dArguments.Square(stride: 2, padding: 1), 3, 3),
        (new(1, 2, 0, 2, 2, 1, 1, false), 2, 3),
    ];

    [Test]
    public void AllThreeDirectionsAreRight(
        [ValueSource(nameof(Channels))] (int C, int O, int Groups) channels,
        [ValueSource(nameof(Taps))] (Conv2dArguments Args, int KH, int KW) taps,
        [Values(ElementType.Float32, ElementType.BFloat16)] ElementType type)
    {
        var (args, kh, kw) = taps;
        var x = new Shape(2, 5, 6, channels.C);
        var filter = new Shape(channels.O, kh, kw, channels.C / channels.Groups);
        var y = new Shape(
            2, ((x.H + (2 * args.PadH) - (args.DilationH * (kh - 1)) - 1) / args.StrideH) + 1,
            ((x.W + (2 * args.PadW) - (args.DilationW * (kw - 1)) - 1) / args.StrideW) + 1, channels.O);
        var (vx, vy) = (KernelRows.Rounded(type, KernelRows.Normal(x.Count, 1)), KernelRows.Rounded(type, KernelRows.Normal(y.Count, 2)));
        var (vw, bias) = (KernelRows.Rounded(ElementType.Float32, KernelRows.Normal(filter.Count, 3)), KernelRows.Normal(channels.O, 4));
        var (forward, data, gradient) = (new double[y.Count], new double[x.Count], new double[filter.Count]);
        Walk(x, filter, y, args, (yi, xi, wi) =>
        {
            forward[yi] += vx[xi] * vw[wi];
            data[xi] += vy[yi] * vw[wi];
            gradient[wi] += vy[yi] * vx[xi];
        });
        KernelRun.InEveryOrder("grouped_convolution.cu", run =>
        {
            var (xs, ys, ws) = (run.UploadRows(type, vx, x.C), run.UploadRows(type, vy, y.C), UploadFilter(run, vw, filter));
            var result = run.AllocateRows(type, y.N * y.H * y.W, y.C);
            Convolve(run, type, args, filter, (xs, x), (result, y), ws, run.UploadVector(bias), backward: false, accumulate: 0);
            TensorAssert.AreClose(
                run.DownloadRows(type, result, y.N * y.H * y.W, y.C), [.. forward.Select((v, i) => v + bias[i % y.C])],
                KernelRows.Relative(type), 1e-5, "y");
            var dx = run.UploadRows(type, [.. data.Select(_ => 1.0)], x.C);
            Convolve(run, type, args, filter, (ys, y), (dx, x), ws, 0, backward: true, accumulate: 1);
            TensorAssert.AreClose(
                run.DownloadRows(type, dx, x.N * x.H * x.W, x.C), [.. data.Select(v => v + 1)], KernelRows.Relative(type), 1e-5, "dx");
            FilterGradient(run, type, args, filter, (xs, x), (ys, y), gradient);
        });
    }

    private static void Convolve(
        KernelRun run, ElementType type, Conv2dArguments args, Shape filter, (nint At, Shape Shape) from, (nint At, Shape Shape) to,
        nint weights, nint bias, bool backward, int accumulate)
    {
        var (x, y) = backward ? (to.Shape, from.Shape) : (from.Shape, to.Shape);
        var groupOutputs = filter.N / (x.C / filter.C);
        var (read, written) = backward ? (groupOutputs, filter.C) : (filter.C, groupOutputs);
        var padded = NhwcLayout.Padded(to.Shape.C);
        var turned = run.Allocate<float>((long)filter.H * filter.W * read * padded);
        run.Launch("turn_filters", Grid, new GroupedConvolution.TurnFiltersArguments(
            weights, turned, filter.N, filter.H * filter.W, filter.C, NhwcLayout.Padded(filter.C), groupOutputs, to.Shape.C, padded,
            backward ? 1 : 0));
        run.Launch(
            (backward ? "grouped_convolution_backward" : "grouped_convolution_forward") + KernelRows.Suffix(type), Grid,
            new GroupedConvolution.GroupedConvolutionArguments(
                from.At, turned, bias, to.At, y.N, from.Shape.H, from.Shape.W, NhwcLayout.Padded(from.Shape.C),
                to.Shape.H, to.Shape.W, to.Shape.C, padded, filter.H, filter.W, args.StrideH, args.StrideW, args.PadH, args.PadW,
                args.DilationH, args.DilationW, read, written, accumulate));
    }

    private static void FilterGradient(
        KernelRun run, ElementType type, Conv2dArguments args, Shape filter, (nint At, Shape Shape) x, (nint At, Shape Shape) y, double[] expected)
    {
        const int ChunkRows = 3;
        var chunks = ((y.Shape.N * y.Shape.H) + ChunkRows - 1) / ChunkRows;
        var parts = run.Allocate<float>(chunks * filter.Count);
        run.Launch("grouped_filter_gradient" + KernelRows.Suffix(type), Grid, new GroupedConvolution.GroupedFilterGradientArguments(
            x.At, y.At, parts, x.Shape.N, x.Shape.H, x.Shape.W, NhwcLayout.Padded(x.Shape.C), y.Shape.H, y.Shape.W, y.Shape.C,
            NhwcLayout.Padded(y.Shape.C), filter.H, filter.W, args.StrideH, args.StrideW, args.PadH, args.PadW,
            args.DilationH, args.DilationW, filter.C, filter.N / (x.Shape.C / filter.C), chunks, ChunkRows));
        var count = NhwcLayout.Count(filter, TensorLayout.Filter);
        var dw = run.Allocate<float>(count);
        foreach (var accumulate in (int[])[0, 1])
        {
            run.Launch("grouped_filter_sum", Grid, new GroupedConvolution.GroupedFilterSumArguments(
                parts, dw, filter.N, NhwcLayout.Padded(filter.N), filter.H * filter.W, filter.C, NhwcLayout.Padded(filter.C), chunks, accumulate));
            var padded = new double[count];
            for (var i = 0; i < expected.Length; i++)
            {
                padded[(i / filter.C * NhwcLayout.Padded(filter.C)) + (i % filter.C)] = expected[i] * (1 + accumulate);
            }

            TensorAssert.AreClose(run.Download<float>(dw, count), padded, 1e-6, 1e-5, "dw and its padding");
        }
    }

    private static nint UploadFilter(KernelRun run, double[] values, Shape shape)
    {
        var padded = new float[NhwcLayout.Count(shape, TensorLayout.Filter)];
        for (var i = 0; i < values.Length; i++)
        {
            padded[(i / shape.C * NhwcLayout.Padded(shape.C)) + (i % shape.C)] = (float)values[i];
        }

        return run.Upload<float>(padded);
    }

    private static void Walk(Shape x, Shape filter, Shape y, Conv2dArguments args, Action<int, int, int> visit)
    {
        var outputsOfGroup = filter.N / (x.C / filter.C);
        for (var yi = 0; yi < y.Count; yi++)
        {
            var (o, q, p, n) = (yi % y.C, yi / y.C % y.W, yi / y.C / y.W % y.H, yi / y.C / y.W / y.H);
            for (var tap = 0; tap < filter.H * filter.W * filter.C; tap++)
            {
                var (i, kw, kh) = (tap % filter.C, tap / filter.C % filter.W, tap / filter.C / filter.W);
                var (h, w) = ((p * args.StrideH) - args.PadH + (kh * args.DilationH), (q * args.StrideW) - args.PadW + (kw * args.DilationW));
                if (h >= 0 && h < x.H && w >= 0 && w < x.W)
                {
                    visit(yi, RowMajor.Index(x, n, h, w, (o / outputsOfGroup * filter.C) + i), RowMajor.Index(filter, o, kh, kw, i));
                }
            }
        }
    }
}
