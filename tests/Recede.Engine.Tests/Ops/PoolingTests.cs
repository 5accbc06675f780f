using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Ops;

/// <summary>Pooling against PyTorch, and where tables of rows do not reach: ties, NaN, refusals.</summary>
[TestFixture(CpuTestDevice.Name, Category = InstructionSets.Category)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class PoolingTests(string device) : DeviceFixture(device)
{
    [TestCase("max2")]
    [TestCase("max2Odd")]
    [TestCase("max3Stride2Padding1")]
    [TestCase("average2")]
    [TestCase("average2Odd")]
    [TestCase("average3Stride2")]
    [TestCase("average3Stride2Padding1Counted")]
    [TestCase("globalAverage")]
    public void Agrees_with_PyTorch(string name)
    {
        Golden golden = Golden.Load("pooling.json");
        var (y, dx) = Run(golden.Floats($"{name}.x"), ShapeOf(golden, $"{name}.x"), golden.Floats($"{name}.dy"), (tape, x) =>
        {
            string kind = golden.Word(name, "kind");
            if (kind == "globalAverage")
            {
                return tape.GlobalAveragePool(x);
            }

            var args = Pool2dArguments.Square(
                golden.Integer(name, "kernel"), golden.Integer(name, "stride"), golden.Integer(name, "padding"));
            return kind == "max" ? tape.MaxPool2d(x, args) : tape.AveragePool2d(x, args);
        });

        TensorAssert.AreClose(y, golden.Doubles($"{name}.y"), 1e-6, what: $"{name}.y");
        TensorAssert.AreClose(dx, golden.Doubles($"{name}.dx"), 1e-6, what: $"{name}.dx");
    }

    [TestCase(2, 2, 0)]
    [TestCase(3, 3, 1)]
    public void The_first_of_equal_values_gets_the_gradient(int kernel, int stride, int padding)
    {
        // 4 x 4 pixels of one value: each window's first pixel inside the image wins.
        var shape = new Shape(1, 4, 4, 1);
        var args = Pool2dArguments.Square(kernel, stride, padding);
        float[] dy = [1, 2, 3, 4];
        var (y, dx) = Run(new float[16], shape, dy, (tape, x) => tape.MaxPool2d(x, args));
        var expected = new float[16];
        expected[0] = 1;
        expected[2] = 2;
        expected[8] = 3;
        expected[10] = 4;
        Assert.That(y, Is.All.Zero);
        Assert.That(dx, Is.EqualTo(expected));
    }

    [Test]
    public void Minus_infinity_is_a_value_like_others()
    {
        var (y, dx) = Run([float.NegativeInfinity], new Shape(1, 1, 1, 1), [3], (tape, x) => tape.MaxPool2d(x, Pool2dArguments.Square(3, 2, 1)));
        Assert.That(y, Is.EqualTo(new[] { float.NegativeInfinity }));
        Assert.That(dx, Is.EqualTo(new[] { 3f }));
    }

    [Test]
    public void A_NaN_in_any_place_of_a_window_is_its_maximum([Values] bool padded)
    {
        var args = padded ? Pool2dArguments.Square(3, 1, 1) : Pool2dArguments.Square(2, 2);
        using var device = Kind.Open();
        using var tape = new Tape(device);
        for (int at = 0; at < 4; at++)
        {
            float[] values = [1, 2, 3, 4];
            values[at] = float.NaN;
            using (tape.BeginStep(training: true))
            {
                tape.CheckFinite = false;
                Tensor x = tape.Input(values, new Shape(1, 2, 2, 1));
                Assert.That(tape.MaxPool2d(x, args).ToArray(), Is.All.NaN, $"NaN at {at}");
                tape.CheckFinite = true;
                Assert.That(() => tape.MaxPool2d(x, args), Throws.TypeOf<NonFiniteException>().With.Message.Contains("MaxPool2d"));
            }
        }
    }

    [TestCase(0, 1, 0, "kernel 0")]
    [TestCase(2, 0, 0, "stride 0")]
    [TestCase(3, 1, -1, "got -1")]
    [TestCase(3, 1, 2, "half the kernel (1), got 2")]
    [TestCase(5, 1, 0, "does not fit")]
    [TestCase(int.MaxValue, 1, 0, "does not fit")]
    public void Windows_that_do_not_fit_are_refused(int kernel, int stride, int padding, string complaint)
    {
        using var device = Kind.Open();
        using var tape = new Tape(device);
        using var step = tape.BeginStep(training: true);
        tape.Scope = "features.6";
        Tensor x = tape.Input(new float[16], new Shape(1, 4, 4, 1));
        var args = Pool2dArguments.Square(kernel, stride, padding);
        Assert.That(
            () => tape.MaxPool2d(x, args),
            Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("MaxPool2d features.6").And.Message.Contains(complaint));
        Assert.That(
            () => tape.AveragePool2d(x, args),
            Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("AveragePool2d features.6").And.Message.Contains(complaint));
    }

    [Test]
    public void What_is_no_image_is_refused()
    {
        using var device = Kind.Open();
        using var tape = new Tape(device);
        using var step = tape.BeginStep(training: true);
        Tensor bytes = tape.Input(new byte[16], new Shape(1, 4, 4, 1));
        Tensor empty = tape.Input([], new Shape(1, 0, 4, 1));
        Assert.That(() => tape.MaxPool2d(bytes, Pool2dArguments.Square(2, 2)), Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("UInt8"));
        Assert.That(() => tape.GlobalAveragePool(bytes), Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("UInt8"));
        Assert.That(() => tape.GlobalAveragePool(empty), Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("[1,0,4,1]"));
        Assert.That(() => tape.AveragePool2d(empty, Pool2dArguments.Square(3, 1, 1)), Throws.TypeOf<ShapeMismatchException>());
    }

    internal static Shape ShapeOf(Golden golden, string tensor)
    {
        int[] s = golden.Shape(tensor);
        return new Shape(s[0], s[1], s[2], s[3]);
    }

    private (float[] Y, float[] Dx) Run(float[] values, Shape shape, float[] dy, Func<Tape, Tensor, Tensor> call)
    {
        using var device = Kind.Open();
        using var tape = new Tape(device);
        using var step = tape.BeginStep(training: true);
        Tensor x = tape.Input(values, shape, needsGradient: true);
        Tensor y = call(tape, x);
        float[] outputs = y.ToArray();
        tape.Backward(WeightedSum.Of(tape, y, tape.Input(dy, y.Shape)));
        var dx = new float[values.Length];
        tape.ReadGradient(x, dx);
        return (outputs, dx);
    }
}
