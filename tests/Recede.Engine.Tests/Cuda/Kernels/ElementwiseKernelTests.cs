using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Kernels;

/// <summary>kernels/elementwise.cu and finite.cu against their definitions.</summary>
[TestFixture]
internal sealed class ElementwiseKernelTests
{
    // Fewer threads than vectors, so that the loops go round.
    private static readonly LaunchGrid Grid = new(2, 1, 1, 32, 1, 0);

    [Test]
    public void ReluIsRight(
        [Values(1, 5, 67)] int rows,
        [Values(1, 3, 7, 31, 37)] int channels,
        [Values(ElementType.Float32, ElementType.BFloat16)] ElementType type)
    {
        var x = KernelRows.Rounded(type, KernelRows.Normal((long)rows * channels, 1));
        var dy = KernelRows.Rounded(type, KernelRows.Normal(x.Length, 2));
        x[0] = 0;
        var count = (long)rows * NhwcLayout.Padded(channels);
        KernelRun.InEveryOrder("elementwise.cu", run =>
        {
            var y = run.AllocateRows(type, rows, channels);
            run.Launch(
                "relu_forward" + KernelRows.Suffix(type), Grid,
                new UnaryForwardArguments(run.UploadRows(type, x, channels), y, count, channels, NhwcLayout.Padded(channels), 0));
            Assert.That(run.DownloadRows(type, y, rows, channels), Is.EqualTo(x.Select(v => Math.Max(v, 0))));
            foreach (var accumulate in (int[])[0, 1])
            {
                var dx = accumulate == 0
                    ? run.AllocateRows(type, rows, channels)
                    : run.UploadRows(type, [.. x.Select(_ => 1.0)], channels);
                run.Launch(
                    "relu_backward" + KernelRows.Suffix(type), Grid,
                    new UnaryBackwardArguments(
                        0, y, run.UploadRows(type, dy, channels), dx, count, channels, NhwcLayout.Padded(channels), 0, accumulate));
                var expected = x.Zip(dy, (v, g) => (v > 0 ? g : 0) + accumulate).ToArray();
                TensorAssert.AreClose(
                    run.DownloadRows(type, dx, rows, channels), KernelRows.Rounded(type, expected), KernelRows.Relative(type), 0, "dx");
            }
        });
    }

    [Test]
    public void ANaNStaysOneAndPaddingIsClearedWhereAsked()
    {
        using var run = KernelRun.Instrumented("elementwise.cu");
        var x = run.Upload<float>([float.NaN, -0f, -1, 2, 5, 6, 7, 8]);
        var y = run.Allocate<float>(8);
        run.Launch("relu_forward_f32", Grid, new UnaryForwardArguments(x, y, 8, 3, 8, 1));
        Assert.That(run.Download<float>(y, 8), Is.EqualTo(new[] { float.NaN, 0, 0, 0, 0, 0, 0, 0 }));
    }

    [Test]
    public void AddIsRight(
        [Values(1, 5, 67)] int rows,
        [Values(1, 7, 37)] int channels,
        [Values(ElementType.Float32, ElementType.BFloat16)] ElementType type)
    {
        var a = KernelRows.Rounded(type, KernelRows.Normal((long)rows * channels, 1));
        var b = KernelRows.Rounded(type, KernelRows.Normal(a.Length, 2));
        var count = (long)rows * NhwcLayout.Padded(channels);
        KernelRun.InEveryOrder("elementwise.cu", run =>
        {
            var (there, y) = (run.UploadRows(type, a, channels), run.AllocateRows(type, rows, channels));
            run.Launch(
                "add_forward" + KernelRows.Suffix(type), Grid,
                new BinaryForwardArguments(there, run.UploadRows(type, b, channels), y, count));
            var sum = KernelRows.Rounded(type, [.. a.Zip(b, (p, q) => (double)((float)p + (float)q))]);
            Assert.That(run.DownloadRows(type, y, rows, channels), Is.EqualTo(sum));
            var dx = run.AllocateRows(type, rows, channels);
            run.Launch("add_backward_a" + KernelRows.Suffix(type), Grid, new BinaryBackwardArguments(0, 0, there, dx, count, 0));
            Assert.That(run.DownloadRows(type, dx, rows, channels), Is.EqualTo(a));
            run.Launch("add_backward_b" + KernelRows.Suffix(type), Grid, new BinaryBackwardArguments(0, 0, there, dx, count, 1));
            Assert.That(run.DownloadRows(type, dx, rows, channels), Is.EqualTo(a.Select(v => 2 * v)));
        });
    }

    [Test]
    public void WhatIsNotFiniteIsFound(
        [Values(ElementType.Float32, ElementType.BFloat16)] ElementType type,
        [Values(float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue)] float value,
        [Values(1, 8, 131)] int count)
    {
        KernelRun.InEveryOrder("finite.cu", run =>
        {
            foreach (var at in new[] { 0, count / 2, count - 1 }.Distinct())
            {
                var x = new float[count];
                x[at] = type == ElementType.BFloat16 && float.IsFinite(value) ? 3e38f : value;
                var flag = run.Upload<int>([0]);
                var address = type == ElementType.BFloat16 ? run.UploadBFloat16(x) : run.Upload<float>(x);
                run.Launch(
                    "finite_check" + KernelRows.Suffix(type), Grid,
                    new FiniteCheck.FiniteCheckArguments { X = address, Count = count, Flag = flag });
                Assert.That(run.Download<int>(flag, 1)[0], Is.EqualTo(float.IsFinite(value) ? 0 : 1), $"{value} at {at}");
            }
        });
    }
}
