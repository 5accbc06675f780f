using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Ops;

namespace Recede.Engine.Tests.Cuda.Kernels;

/// <summary>kernels/dropout.cu and images.cu: the same draws, and for images the same bits, as on the CPU.</summary>
[TestFixture]
internal sealed class RandomKernelTests
{
    private const ulong Seed = 0x1234567890ABCDEF;
    private const ulong Stream = 0xFEDCBA0987654321;
    private static readonly LaunchGrid Grid = new(2, 1, 1, 64, 1, 0);

    [Test]
    public void DropoutDropsWhatTheRuleSays(
        [Values(1, 3, 7, 31, 37)] int channels,
        [Values(0.1f, 0.5f, 0.99f)] float rate,
        [Values] bool accumulate,
        [Values] bool captured,
        [Values(ElementType.Float32, ElementType.BFloat16)] ElementType type)
    {
        const int Pixels = 13;
        var x = KernelRows.Rounded(type, KernelRows.Normal(Pixels * channels, 1));
        var threshold = (uint)(rate * 4294967296.0);
        var scale = 1f / (1f - rate);
        var fours = (channels + 3) / 4;
        var expected = KernelRows.Rounded(type, [.. x.Select((v, i) =>
        {
            var (pixel, c) = (i / channels, i % channels);
            var word = Philox.UInt32(Seed, captured ? unchecked(Stream + (5 * 0x9E3779B97F4A7C15)) : Stream, ((ulong)(pixel * fours) + (ulong)(c / 4)) * 4 + (ulong)(c % 4));
            return (double)((word >= threshold ? (float)v * scale : 0) + (accumulate ? 1f : 0));
        })]);
        KernelRun.InEveryOrder("dropout.cu", run =>
        {
            var to = accumulate
                ? run.UploadRows(type, [.. x.Select(_ => 1.0)], channels)
                : run.AllocateRows(type, Pixels, channels);
            run.Launch("dropout" + KernelRows.Suffix(type), Grid, new DropoutRule.DropoutKernelArguments(
                run.UploadRows(type, x, channels), to, Pixels, NhwcLayout.Padded(channels), fours, accumulate ? 1 : 0, scale, threshold,
                Seed, Stream, captured ? run.Upload<ulong>([5]) : 0));
            Assert.That(run.DownloadRows(type, to, Pixels, channels), Is.EqualTo(expected));
        });
    }

    [Test]
    public void ImagesHaveTheBitsOfTheTableAndTheDrawsOfTheRule(
        [Values(1, 3, 19)] int channels,
        [Values(0, 2)] int crop,
        [Values] bool flip,
        [Values] bool augmented,
        [Values] bool captured,
        [Values(ElementType.Float32, ElementType.BFloat16)] ElementType type)
    {
        const int Images = 5, Height = 6, Width = 5;
        var random = new Random(1);
        var bytes = new byte[Images * Height * Width * channels];
        random.NextBytes(bytes);
        var normalization = new ImageNormalization(
            [.. Enumerable.Range(0, channels).Select(c => 0.3f + (c * 0.02f))], [.. Enumerable.Range(0, channels).Select(c => 0.2f + (c * 0.01f))]);
        var args = new ImageArguments(normalization, crop, flip, Seed, Epoch: 3);
        int[] indices = [7, 0, 123456, -1, 42];
        var expected = new double[bytes.Length];
        for (var n = 0; n < Images; n++)
        {
            var (down, right, turn) = augmented ? ImagesRule.Draw(args, indices[n]) : default;
            for (var i = 0; i < Height * Width * channels; i++)
            {
                var (c, w, h) = (i % channels, i / channels % Width, i / channels / Width);
                var (row, column) = (h + down, (turn ? Width - 1 - w : w) + right);
                var inside = row >= 0 && row < Height && column >= 0 && column < Width;
                var value = inside ? bytes[(((((n * Height) + row) * Width) + column) * channels) + c] : 0;
                expected[(n * Height * Width * channels) + i] = normalization.Table[(c * 256) + value];
            }
        }

        KernelRun.InEveryOrder("images.cu", run =>
        {
            var table = run.Allocate<float>(256L * channels);
            for (var first = 0; first < channels; first += 16)
            {
                var part = new ImagesRule.ImageTableArguments { Table = table + (first * 1024), Channels = Math.Min(16, channels - first) };
                normalization.Mean.Slice(first, part.Channels).CopyTo(part.Mean);
                normalization.Std.Slice(first, part.Channels).CopyTo(part.Deviation);
                run.Launch("image_table", new LaunchGrid(part.Channels, 1, 1, 256, 1, 0), part);
            }

            Assert.That(run.Download<float>(table, 256L * channels), Is.EqualTo(normalization.Table.ToArray()));
            var y = run.AllocateRows(type, Images * Height * Width, channels);
            run.Launch("images" + KernelRows.Suffix(type), new LaunchGrid(2, 2, 1, 32, 1, 0), new ImagesRule.ImagesKernelArguments(
                run.Upload<byte>(bytes), augmented ? run.Upload<int>(indices) : 0, table, y, Images, Height, Width, channels,
                NhwcLayout.Padded(channels), crop, flip ? 1 : 0, Seed,
                Philox.StreamOf("Images") + (captured ? 0u : 3u), captured ? run.Upload<ulong>([3]) : 0));
            Assert.That(run.DownloadRows(type, y, Images * Height * Width, channels), Is.EqualTo(KernelRows.Rounded(type, expected)));
        });
    }
}
