using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Kernels;

/// <summary>kernels/cross_entropy.cu against the definition in double precision.</summary>
[TestFixture]
internal sealed class CrossEntropyKernelTests
{
    private const double Upstream = 2;

    [Test]
    public void LossAndGradientAreRight(
        [Values(1, 7, 33)] int rows,
        [Values(1, 3, 10, 37, 257)] int classes,
        [Values(ElementType.Float32, ElementType.BFloat16)] ElementType type)
    {
        var logits = KernelRows.Rounded(type, Array.ConvertAll(KernelRows.Normal((long)rows * classes, 1), v => 4 * v));
        KernelRun.InEveryOrder("cross_entropy.cu", run =>
        {
            Check(run, type, logits, rows, classes, smoothing: 0, accumulate: false);
            Check(run, type, logits, rows, classes, smoothing: 0.1f, accumulate: true);
        });
    }

    [Test]
    public void EqualLogitsCountForTheFirst()
    {
        using var run = KernelRun.Instrumented("cross_entropy.cu");
        double[] logits = [1, 2, 2, 2, 2, 1, 0, 0, 0];
        var losses = Forward(run, ElementType.Float32, logits, [1, 2, 0], 3, 0);

        // Row 0: class 1 is the first of two. Row 1: the largest is class 0. Row 2: all are equal.
        Assert.That(losses.Correct, Is.EqualTo(2));
    }

    [Test]
    public void ARowWithANaNIsWrongAndSoIsItsLoss()
    {
        using var run = KernelRun.Instrumented("cross_entropy.cu");
        var (loss, correct, _, fault) = Forward(run, ElementType.Float32, [double.NaN, 5, 0, 5], [1, 1], 2, 0);
        Assert.That(loss, Is.NaN);
        Assert.That(correct, Is.EqualTo(1));
        Assert.That(fault, Is.EqualTo(ulong.MaxValue));
    }

    [Test]
    public void AnImpossibleClassIsLegal()
    {
        using var run = KernelRun.Instrumented("cross_entropy.cu");
        var (loss, correct, _, _) = Forward(run, ElementType.Float32, [double.NegativeInfinity, 0, 0, double.NegativeInfinity], [1, 0], 2, 0);
        Assert.That(loss, Is.Zero);
        Assert.That(correct, Is.EqualTo(2));
    }

    [Test]
    public void ALabelThatIsNoClassIsAFaultOfTheFirstRow()
    {
        KernelRun.InEveryOrder("cross_entropy.cu", run =>
        {
            var (_, _, _, fault) = Forward(run, ElementType.BFloat16, KernelRows.Normal(60, 1), [.. Enumerable.Range(-2, 20).Reverse()], 3, 0);
            Assert.That(fault, Is.EqualTo(((ulong)CudaFault.LabelOutOfRange << 56) | 17));
        });
    }

    private static LaunchGrid OverRows(int rows) => new((rows + 7) / 8, 1, 1, 256, 1, 0);

    private static void Check(KernelRun run, ElementType type, double[] logits, int rows, int classes, float smoothing, bool accumulate)
    {
        int[] labels = [.. Enumerable.Range(0, rows).Select(n => n * 5 % classes)];
        double loss = 0, correct = 0;
        var probabilities = new double[logits.Length];
        var gradient = new double[logits.Length];
        for (var n = 0; n < rows; n++)
        {
            var row = logits.AsSpan(n * classes, classes);
            var largest = logits.Skip(n * classes).Take(classes).Max();
            var sum = logits.Skip(n * classes).Take(classes).Sum(x => Math.Exp(x - largest));
            correct += row.IndexOf(largest) == labels[n] ? 1 : 0;
            for (var k = 0; k < classes; k++)
            {
                var target = (k == labels[n] ? 1 - (double)smoothing : 0) + ((double)smoothing / classes);
                var p = Math.Exp(row[k] - largest) / sum;
                probabilities[(n * classes) + k] = p;
                gradient[(n * classes) + k] = ((p - target) * Upstream / rows) + (accumulate ? 1 : 0);
                loss -= target * (row[k] - largest - Math.Log(sum)) / rows;
            }
        }

        var actual = Forward(run, type, logits, labels, classes, smoothing);
        TensorAssert.AreClose([actual.Loss], [loss], 1e-6, 1e-6, "loss");
        Assert.That(actual.Correct, Is.EqualTo(correct));
        Assert.That(actual.Fault, Is.EqualTo(ulong.MaxValue));
        TensorAssert.AreClose(
            run.DownloadRows(ElementType.Float32, actual.Probabilities, rows, classes), probabilities, 1e-6, 0, "probabilities");

        var dLogits = accumulate
            ? run.UploadRows(type, [.. Enumerable.Repeat(1.0, logits.Length)], classes)
            : run.AllocateRows(type, rows, classes);
        var args = new CrossEntropyRule.CrossEntropyGradientArguments
        {
            Probabilities = actual.Probabilities,
            Labels = run.Upload<int>(labels),
            DLoss = run.UploadVector([Upstream]),
            DLogits = dLogits,
            Rows = rows,
            Classes = classes,
            Padded = NhwcLayout.Padded(classes),
            Accumulate = accumulate ? 1 : 0,
            Smoothing = smoothing,
        };
        run.Launch("cross_entropy_gradient" + KernelRows.Suffix(type), OverRows(rows), args);
        var relative = type == ElementType.BFloat16 ? BFloat16.Epsilon : 1e-6;
        TensorAssert.AreClose(run.DownloadRows(type, dLogits, rows, classes), gradient, relative, 1e-7, "dlogits");
    }

    private static (double Loss, double Correct, nint Probabilities, ulong Fault) Forward(
        KernelRun run, ElementType type, double[] logits, int[] labels, int classes, float smoothing)
    {
        var rows = labels.Length;
        nint loss = run.Allocate<float>(NhwcLayout.Lanes), right = run.Allocate<float>(NhwcLayout.Lanes);
        var args = new CrossEntropyRule.CrossEntropyRowsArguments
        {
            Logits = run.UploadRows(type, logits, classes),
            Labels = run.Upload<int>(labels),
            Probabilities = run.AllocateRows(ElementType.Float32, rows, classes),
            Losses = run.Allocate<double>(rows),
            Correct = run.Allocate<int>(rows),
            Fault = run.Upload<ulong>([ulong.MaxValue]),
            Rows = rows,
            Classes = classes,
            Padded = NhwcLayout.Padded(classes),
            Smoothing = smoothing,
        };
        run.Launch("cross_entropy_rows" + KernelRows.Suffix(type), OverRows(rows), args);
        run.Launch("cross_entropy_total", new LaunchGrid(1, 1, 1, 256, 1, 0), new CrossEntropyRule.CrossEntropyTotalArguments
        {
            Losses = args.Losses,
            Correct = args.Correct,
            Loss = loss,
            Right = right,
            Rows = rows,
        });
        return (
            run.DownloadVector(loss, 1)[0], run.DownloadVector(right, 1)[0], args.Probabilities, run.Download<ulong>(args.Fault, 1)[0]);
    }
}
