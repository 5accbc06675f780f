using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Ops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Kernels;

/// <summary>kernels/channels.cu and bias.cu against their definitions.</summary>
[TestFixture]
internal sealed class ChannelKernelTests
{
    private static readonly LaunchGrid Grid = new(2, 1, 1, 64, 1, 0);

    [Test]
    public void ChannelMapIsRight(
        [Values(1, 3, 37)] int channels,
        [Values(1, 7, 40)] int outputs,
        [Values(1, 2, 3)] int stride,
        [Values] bool backward,
        [Values(ElementType.Float32, ElementType.BFloat16)] ElementType type)
    {
        var x = new Shape(2, 5, 3, channels);
        var y = new Shape(2, (5 + stride - 1) / stride, (3 + stride - 1) / stride, outputs);
        var (from, to) = backward ? (y, x) : (x, y);
        var values = KernelRows.Rounded(type, KernelRows.Normal(from.Count, 1));
        var sources = Enumerable.Range(0, to.C).Select(c => c % 4 == 3 ? -1 : c * 5 % from.C).ToArray();
        var expected = new double[to.Count];
        for (var i = 0; i < expected.Length; i++)
        {
            var (c, w, h, n) = (i % to.C, i / to.C % to.W, i / to.C / to.W % to.H, i / to.C / to.W / to.H);
            if (sources[c] >= 0 && (!backward || (h % stride == 0 && w % stride == 0)))
            {
                expected[i] = values[backward
                    ? RowMajor.Index(from, n, h / stride, w / stride, sources[c])
                    : RowMajor.Index(from, n, h * stride, w * stride, sources[c])];
            }
        }

        KernelRun.InEveryOrder("channels.cu", run =>
        {
            var rows = to.N * to.H * to.W;
            var address = run.AllocateRows(type, rows, to.C);
            var args = new ChannelMapRule.ChannelMapKernelArguments
            {
                From = run.UploadRows(type, values, from.C),
                To = address,
                N = to.N,
                FromH = from.H,
                FromW = from.W,
                FromPadded = NhwcLayout.Padded(from.C),
                ToH = to.H,
                ToW = to.W,
                ToPadded = NhwcLayout.Padded(to.C),
                Stride = stride,
                Spread = backward ? 1 : 0,
            };

            // In launches of 16 channels, as wide maps take several of 512.
            for (args.First = 0; args.First < args.ToPadded; args.First += 16)
            {
                args.Count = Math.Min(16, args.ToPadded - args.First);
                for (var i = 0; i < args.Count; i++)
                {
                    args.Sources[i] = args.First + i < to.C ? sources[args.First + i] : -1;
                }

                args.Accumulate = 0;
                run.Launch("channel_map" + KernelRows.Suffix(type), Grid, args);
                args.Accumulate = 1;
                run.Launch("channel_map" + KernelRows.Suffix(type), Grid, args);
            }

            Assert.That(run.DownloadRows(type, address, rows, to.C), Is.EqualTo(expected.Select(v => 2 * v)));
        });
    }

    [Test]
    public void SlicesAreRight(
        [Values(0, 3, 8)] int first,
        [Values(1, 8, 13)] int channels,
        [Values] bool accumulate,
        [Values(ElementType.Float32, ElementType.BFloat16)] ElementType type)
    {
        const int Pixels = 11;
        var whole = first + channels + 5;
        var values = KernelRows.Rounded(type, KernelRows.Normal(Pixels * whole, 1));
        KernelRun.InEveryOrder("channels.cu", run =>
        {
            var to = accumulate
                ? run.UploadRows(type, new double[Pixels * channels], channels)
                : run.AllocateRows(type, Pixels, channels);
            run.Launch("channel_slice" + KernelRows.Suffix(type), Grid, new ConcatRule.ChannelSliceArguments
            {
                From = run.UploadRows(type, values, whole),
                To = to,
                Pixels = Pixels,
                FromPadded = NhwcLayout.Padded(whole),
                FromFirst = first,
                ToPadded = NhwcLayout.Padded(channels),
                Channels = channels,
                Zeros = NhwcLayout.Padded(channels) - channels,
                Aligned = first % 8 == 0 ? 1 : 0,
                Accumulate = accumulate ? 1 : 0,
            });
            var expected = Enumerable.Range(0, Pixels * channels).Select(i => values[(i / channels * whole) + first + (i % channels)]);
            Assert.That(run.DownloadRows(type, to, Pixels, channels), Is.EqualTo(expected));
        });
    }

    [Test]
    public void FlattenIsRight(
        [Values(1, 6)] int pixels,
        [Values(1, 3, 7, 31, 37)] int channels,
        [Values(ElementType.Float32, ElementType.BFloat16)] ElementType type)
    {
        const int Images = 3;
        var features = pixels * channels;
        var values = KernelRows.Rounded(type, KernelRows.Normal(Images * features, 1));
        KernelRun.InEveryOrder("channels.cu", run =>
        {
            var y = run.AllocateRows(type, Images, features);
            var args = new FlattenRule.FlattenArguments(
                run.UploadRows(type, values, channels), y, Images, pixels, channels, NhwcLayout.Padded(channels), NhwcLayout.Padded(features), 0);
            run.Launch("flatten_forward" + KernelRows.Suffix(type), Grid, args);
            Assert.That(run.DownloadRows(type, y, Images, features), Is.EqualTo(values));
            var dx = run.UploadRows(type, values, channels);
            run.Launch("flatten_backward" + KernelRows.Suffix(type), Grid, args with { From = y, To = dx, Accumulate = 1 });
            Assert.That(run.DownloadRows(type, dx, Images * pixels, channels), Is.EqualTo(values.Select(v => 2 * v)));
        });
    }

    [Test]
    public void ColumnSumsAreRight(
        [Values(1, 5, 300)] int rows,
        [Values(1, 3, 37, 260)] int channels,
        [Values(ElementType.Float32, ElementType.BFloat16)] ElementType type)
    {
        const int Part = 70;
        var values = KernelRows.Rounded(type, KernelRows.Normal((long)rows * channels, 1));
        var padded = NhwcLayout.Padded(channels);
        var parts = (rows + Part - 1) / Part;
        KernelRun.InEveryOrder("bias.cu", run =>
        {
            var sums = run.AllocateRows(ElementType.Float32, parts, channels);
            var db = run.UploadVector([.. Enumerable.Repeat(1.0, channels)]);
            run.Launch(
                "column_sums" + KernelRows.Suffix(type), LaunchGrid.Columns(padded / NhwcLayout.VectorWidth(type), parts),
                new BiasGradient.ColumnSumsArguments(run.UploadRows(type, values, channels), sums, rows, Part, padded, 0));
            run.Launch(
                "column_sums_f32", LaunchGrid.Columns(padded / 4, 1),
                new BiasGradient.ColumnSumsArguments(sums, db, parts, parts, padded, 1));
            var expected = Enumerable.Range(0, channels).Select(c => 1 + Enumerable.Range(0, rows).Sum(r => values[(r * channels) + c]));
            TensorAssert.AreClose(run.DownloadVector(db, channels), [.. expected], 1e-6, 1e-5, "db");
        });
    }
}
