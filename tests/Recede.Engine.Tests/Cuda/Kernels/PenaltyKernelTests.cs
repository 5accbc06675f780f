using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Oracles;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Kernels;

/// <summary>kernels/penalty.cu against the double-precision oracle, at the closed forms' edges too.</summary>
[TestFixture]
internal sealed class PenaltyKernelTests
{
    private const float Lambda = 0.5f;
    private const float Upstream = 3;

    private static readonly int[] Widths = [1, 3, 7, 31, 37, 257];
    private static readonly double[] Edges = [0, 20, -20, 100, -100, 1000, -1000];

    [Test]
    public void PolarisingPenaltyIsRight([Values(-3f, 0f, 3f)] float shift) => Check(
        "polarising_penalty",
        shift,
        scales => PenaltyOracle.Polarising(scales, shift),
        w => PenaltyOracle.PolarisingSlope(w, shift));

    [Test]
    public void L1PenaltyIsRight() => Check("l1_penalty", 0, PenaltyOracle.L1, w => Math.Sign(w));

    private static void Check(string name, float shift, Func<double[][], double> value, Func<double, double> slope)
    {
        // The first channels are the edges, so that every vector has some.
        double[][] scales = [.. Widths.Select((width, v) => KernelRows.Rounded(
            ElementType.Float32, [.. Edges.Skip(v).Concat(KernelRows.Normal(width, v)).Take(width)]))];
        KernelRun.InEveryOrder("penalty.cu", run =>
        {
            var sums = new ScaleVectors.PenaltySumArguments { Sums = run.Allocate<double>(Widths.Length), Shift = shift };
            var gradients = new ScaleVectors.PenaltyGradientArguments
            {
                DValue = run.Upload<float>([Upstream, 0, 0, 0, 0, 0, 0, 0]),
                Lambda = Lambda,
                Shift = shift,
            };
            for (var v = 0; v < scales.Length; v++)
            {
                var accumulate = v % 2;
                gradients.Vectors[v] = sums.Vectors[v] = run.UploadVector(scales[v]);
                gradients.Channels[v] = sums.Channels[v] = Widths[v];
                gradients.Padded[v] = NhwcLayout.Padded(Widths[v]);
                gradients.Accumulate[v] = accumulate;
                gradients.Gradients[v] = accumulate == 0
                    ? run.AllocateRows(ElementType.Float32, 1, Widths[v])
                    : run.UploadVector([.. Enumerable.Repeat(1.0, Widths[v])]);
            }

            var result = run.Allocate<float>(NhwcLayout.Lanes);
            var over = new LaunchGrid(scales.Length, 1, 1, 256, 1, 0);
            run.Launch(name + "_sum", over, sums);
            run.Launch("penalty_total", over with { GridX = 1 }, new ScaleVectors.PenaltyTotalArguments
            {
                Sums = sums.Sums,
                Value = result,
                Count = scales.Length,
                Lambda = Lambda,
            });
            var scalar = run.DownloadRows(ElementType.Float32, result, 1, 1);
            TensorAssert.AreClose(scalar, [Lambda * value(scales)], 1e-6, 0, "R");

            run.Launch(name + "_gradient", over, gradients);
            for (var v = 0; v < scales.Length; v++)
            {
                var dw = run.DownloadVector(gradients.Gradients[v], Widths[v]);
                for (var c = 0; c < dw.Length; c++)
                {
                    var expected = (Lambda * Upstream * slope(scales[v][c])) + (v % 2);
                    TensorAssert.AreClose([dw[c]], [expected], 1e-6, float.Epsilon, $"dR/dw at w = {scales[v][c]}");
                }
            }
        });
    }
}
