using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Optim;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Kernels;

/// <summary>kernels/sgd.cu: many parameters of all lengths in one launch.</summary>
[TestFixture]
internal sealed class SgdKernelTests
{
    private const float Rate = 0.1f;
    private static readonly int[] Lengths = [8, 16, 1000, 4096, 4104, 16384];

    [Test]
    public void EveryParameterMovesByOneStep([Values] bool nesterov) => KernelRun.InEveryOrder("sgd.cu", run =>
    {
        var pieces = Pieces(run);
        run.Launch("sgd_update", OverPieces, new SgdUpdate.SgdUpdateArguments
        {
            Pieces = run.Upload<SgdPiece>(pieces),
            State = run.Upload<SgdUpdate.State>([new SgdUpdate.State { LearningRate = Rate, Bad = StepState.NoneBad }]),
            Nesterov = nesterov ? 1 : 0,
        });
        foreach (var piece in pieces)
        {
            var (w, v) = Expected(piece, nesterov);
            TensorAssert.AreClose(run.Download<float>(piece.Value, piece.Count), w, 1e-6, 0, "w");
            if (piece.Velocity != 0)
            {
                TensorAssert.AreClose(run.Download<float>(piece.Velocity, piece.Count), v, 1e-6, 0, "v");
            }

            TensorAssert.AreClose(run.Download<float>(piece.Gradient, piece.Count), Values(piece, 2), 0, 0, "dw");
        }
    });

    [Test]
    public void TheFirstGradientThatIsNotFiniteIsFound() => KernelRun.InEveryOrder("sgd.cu", run =>
    {
        var pieces = Pieces(run);
        var table = run.Upload<SgdPiece>(pieces);
        Assert.That(FirstNonFinite(run, table), Is.EqualTo(int.MaxValue));
        Poison(run, pieces[5], 16383, float.NaN);
        Assert.That(FirstNonFinite(run, table), Is.EqualTo(5));
        Poison(run, pieces[4], 4100, float.NegativeInfinity);
        Assert.That(FirstNonFinite(run, table), Is.EqualTo(4));
    });

    [Test]
    public void WhereSomethingIsBadNothingMoves([Values(-1, 0, 5)] int bad) => KernelRun.InEveryOrder("sgd.cu", run =>
    {
        var pieces = Pieces(run);
        run.Launch("sgd_update", OverPieces, new SgdUpdate.SgdUpdateArguments
        {
            Pieces = run.Upload<SgdPiece>(pieces),
            State = run.Upload<SgdUpdate.State>([new SgdUpdate.State { LearningRate = Rate, Bad = bad }]),
            Nesterov = 1,
        });
        foreach (var piece in pieces)
        {
            TensorAssert.AreClose(run.Download<float>(piece.Value, piece.Count), Values(piece, 1), 0, 0, "w");
            if (piece.Velocity != 0)
            {
                TensorAssert.AreClose(run.Download<float>(piece.Velocity, piece.Count), Values(piece, 3), 0, 0, "v");
            }
        }
    });

    private static LaunchGrid OverPieces => new(Lengths.Length, 4, 1, 256, 1, 0);

    private static int FirstNonFinite(KernelRun run, nint table)
    {
        var first = run.Upload<int>([int.MaxValue]);
        run.Launch("sgd_find_non_finite", OverPieces, new SgdUpdate.SgdFiniteArguments { Pieces = table, First = first });
        return run.Download<int>(first, 1)[0];
    }

    private static void Poison(KernelRun run, in SgdPiece piece, int at, float value) =>
        run.Write<float>(piece.Gradient + (at * sizeof(float)), [value]);

    // Every other parameter is one without momentum.
    private static SgdPiece[] Pieces(KernelRun run)
    {
        var pieces = new SgdPiece[Lengths.Length];
        for (var i = 0; i < pieces.Length; i++)
        {
            var piece = new SgdPiece(i, Lengths[i], 0, 0, 0, i + 1, 0.01f * i, 0.9f);
            pieces[i] = piece with
            {
                Value = run.UploadVector(Values(piece, 1)),
                Gradient = run.UploadVector(Values(piece, 2)),
                Velocity = i % 2 == 0 ? run.UploadVector(Values(piece, 3)) : 0,
            };
        }

        return pieces;
    }

    private static double[] Values(in SgdPiece piece, int stream) =>
        KernelRows.Rounded(ElementType.Float32, KernelRows.Normal(piece.Count, (10 * piece.Parameter) + stream));

    private static (double[] W, double[] V) Expected(in SgdPiece piece, bool nesterov)
    {
        double[] w = Values(piece, 1), dw = Values(piece, 2), v = Values(piece, 3);
        for (var i = 0; i < w.Length; i++)
        {
            var step = dw[i] + (piece.WeightDecay * w[i]);
            if (piece.Velocity != 0)
            {
                v[i] = (piece.Momentum * v[i]) + step;
                step = nesterov ? step + (piece.Momentum * v[i]) : v[i];
            }

            w[i] -= Rate * piece.LearningRateScale * step;
        }

        return (w, v);
    }
}
