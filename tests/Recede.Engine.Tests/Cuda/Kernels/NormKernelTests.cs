using Recede.Engine.Devices;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Kernels;

/// <summary>kernels/batch_norm_forward.cu and batch_norm_backward.cu against the double-precision oracle.</summary>
[TestFixture]
internal sealed class NormKernelTests
{
    private static readonly string[] Files = ["batch_norm_forward.cu", "batch_norm_backward.cu"];

    private static readonly Shape[] Small =
        [new(1, 1, 1, 1), new(2, 1, 1, 3), new(1, 5, 6, 7), new(2, 4, 4, 31), new(1, 1, 257, 37)];

    [Test]
    public void SmallTensorsAreNormalised(
        [ValueSource(nameof(Small))] Shape shape,
        [Values(ElementType.Float32, ElementType.BFloat16)] ElementType type,
        [Values] bool bounded)
    {
        double[]? first = null;
        KernelRun.InEveryOrder(Files, run =>
        {
            var results = new List<double>();
            foreach (var norm in Variants(shape, type, bounded))
            {
                norm.Check(run, results);
            }

            // No order of threads shows in a single bit.
            first ??= [.. results];
            Assert.That(results, Is.EqualTo(first));
        });
    }

    [Test]
    public void LargeTensorsAreNormalised([Values(ElementType.Float32, ElementType.BFloat16)] ElementType type, [Values] bool bounded)
    {
        using var run = KernelRun.Plain(Files);
        foreach (var norm in Variants(new Shape(16, 32, 32, 64), type, bounded))
        {
            norm.Check(run, []);
        }
    }

    [Test]
    public void WideTensorsAreNormalised()
    {
        // More channels than a chunk of packs has, and a last chunk that is not full.
        using var run = KernelRun.Instrumented(Files);
        new NormKernelCase(new Shape(3, 2, 5, 270), ElementType.Float32, Bounded: true, Relu: true).Check(run, []);
        new NormKernelCase(new Shape(3, 2, 5, 270), ElementType.BFloat16, Bounded: false, Residual: true).Check(run, []);
    }

    [Test]
    public void TheImportancesSlopeIsRightFarFromZero()
    {
        double[] w = [0, 20, -20, 100, -100, 1000, -1000];
        using var run = KernelRun.Instrumented(Files);
        var norm = new NormKernelCase(new Shape(4, 3, 3, 7), ElementType.Float32, Bounded: true) { Scale = w };
        var (dScale, dot) = norm.ScaleGradient(run);
        for (var c = 0; c < w.Length; c++)
        {
            var e = Math.Exp(-Math.Abs(w[c]));
            var slope = e / ((1 + e) * (1 + e));
            TensorAssert.AreClose([dScale[c]], [slope * dot[c]], 1e-5, (1e-5 * slope) + float.Epsilon, $"dw at w = {w[c]}");
        }
    }

    private static IEnumerable<NormKernelCase> Variants(Shape shape, ElementType type, bool bounded) =>
    [
        new(shape, type, bounded, Relu: true) { Offset = type == ElementType.Float32 ? 1000 : 1 },
        new(shape, type, bounded, Relu: true, Residual: true, GivenMoments: true, Accumulate: true),
        new(shape, type, bounded, Residual: true, ResidualIsX: type == ElementType.Float32),
        new(shape, type, bounded, Relu: true, Residual: true, Inference: true),
    ];
}
