using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda.Libraries;

/// <summary>cuBLAS's column-major products, called with row-major matrices, against the definition.</summary>
[TestFixture]
internal sealed class CublasSessionTests
{
    private static readonly (int Rows, int Columns, int Inner)[] Sizes = [(1, 8, 8), (8, 1, 16), (5, 24, 40), (19, 48, 8), (16, 16, 1)];

    [Test]
    public void Products_are_those_of_row_major_matrices(
        [Values] bool transposeA, [Values] bool transposeB, [Values] bool accumulate, [Values("f32", "bf16", "bf16 to f32")] string types)
    {
        var type = types == "f32" ? ElementType.Float32 : ElementType.BFloat16;
        var resultType = types == "bf16" ? ElementType.BFloat16 : ElementType.Float32;
        using var run = new LibraryDevice();
        foreach (var (rows, columns, inner) in Sizes)
        {
            var (a, b) = (LibraryDevice.Values((long)rows * inner, 1), LibraryDevice.Values((long)inner * columns, 2));
            var old = LibraryDevice.Values((long)rows * columns, 3);
            var expected = accumulate ? (double[])old.Clone() : new double[old.Length];
            for (var r = 0; r < rows; r++)
            {
                for (var c = 0; c < columns; c++)
                {
                    for (var i = 0; i < inner; i++)
                    {
                        expected[(r * columns) + c] +=
                            a[transposeA ? (i * rows) + r : (r * inner) + i] * b[transposeB ? (c * inner) + i : (i * columns) + c];
                    }
                }
            }

            var shape = new Shape(1, 1, 1, rows * columns);
            var to = accumulate
                ? Dense(run, old, resultType)
                : run.Allocate(run.Device.PhysicalBytes(shape, TensorLayout.Dense, resultType));
            run.Device.Cublas.Multiply(
                Dense(run, a, type), transposeA, Dense(run, b, type), transposeB, to, rows, columns, inner, type, resultType, accumulate);
            var actual = run.Download(to, shape, TensorLayout.Dense, resultType);

            // At most 40 products in single precision; half a unit in the last place of 8 bits.
            TensorAssert.AreClose(actual, expected, resultType == ElementType.BFloat16 ? 1.0 / 256 : 1e-6);
        }
    }

    [Test]
    public void Tf32_is_off_unless_the_options_allow_it([Values] bool allowed)
    {
        using var run = new LibraryDevice(new CudaOptions { AllowTf32 = allowed });

        // 1 + 2^-12 is 1 in TF32.
        var a = new[] { 1 + Math.ScaleB(1, -12) };
        var to = run.Allocate(sizeof(float));
        run.Device.Cublas.Multiply(
            Dense(run, a, ElementType.Float32), false, Dense(run, [1], ElementType.Float32), false, to, 1, 1, 1,
            ElementType.Float32, ElementType.Float32, accumulate: false);
        Assert.That(run.Download(to, Shape.Scalar, TensorLayout.Dense, ElementType.Float32)[0], Is.EqualTo(allowed ? 1f : (float)a[0]));
    }

    private static nint Dense(LibraryDevice run, double[] values, ElementType type) =>
        run.Upload(values, new Shape(1, 1, 1, values.Length), TensorLayout.Dense, type);
}
