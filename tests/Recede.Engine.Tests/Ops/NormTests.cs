using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Oracles;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Ops;

/// <summary>
/// The norms beyond the table's rows: PyTorch's numbers, extreme scales, data far from zero, a single value, no image,
/// x as its own residual, refusals.
/// </summary>
[TestFixture(CpuTestDevice.Name)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class NormTests(string device) : DeviceFixture(device)
{
    private static readonly NormArguments Usual = new(1e-5f, 0.1f, Relu: false);

    private static IEnumerable<TestCaseData> GoldenCases() =>
        from file in (string[])["bounded_batch_norm.json", "batch_norm.json"]
        from name in Golden.Load(file).Cases
        select new TestCaseData(file, name);

    [TestCaseSource(nameof(GoldenCases))]
    [Category(InstructionSets.Category)]
    public void Agrees_with_pytorch(string file, string name)
    {
        var golden = Golden.Load(file);
        var dims = golden.Shape($"{name}.x");
        var shape = new Shape(dims[0], dims[1], dims[2], dims[3]);
        var bounded = golden.Has($"{name}.w");
        var scale = golden.Floats($"{name}.{(bounded ? "w" : "gamma")}");
        var beta = bounded ? null : golden.Floats($"{name}.beta");
        var residual = golden.Flag(name, "residual") ? golden.Floats($"{name}.residual") : null;
        var args = new NormArguments((float)golden.Number(name, "eps"), (float)golden.Number(name, "momentum"), golden.Flag(name, "relu"));
        using var norm = new NormRun(Kind.Open(),
            shape, scale, beta, golden.Floats($"{name}.runningMeanBefore"), golden.Floats($"{name}.runningVarBefore"));

        norm.Evaluate(golden.Floats($"{name}.x"), args, residual);
        Compare(norm.Y, "inferenceY");

        norm.Train(golden.Floats($"{name}.x"), golden.Floats($"{name}.dy"), args, residual);
        Compare(norm.Y, "y");
        Compare(norm.Dx, "dx");
        Compare(norm.DScale, bounded ? "dw" : "dgamma");
        Compare(norm.RunningMean.ToArray(), "runningMean");
        Compare(norm.RunningVariance.ToArray(), "runningVar");
        if (norm.DShift is { } shift)
        {
            Compare(shift, "dbeta");
        }

        if (residual is not null)
        {
            Compare(norm.DResidual, "dresidual");
        }

        void Compare(float[] actual, string what) =>
            TensorAssert.AreClose(actual, golden.Doubles($"{name}.{what}"), 2e-6, 1e-6, what);
    }

    [Test]
    [Category(InstructionSets.Category)]
    public void Extreme_importances_have_the_closed_forms_gradients()
    {
        float[] w = [0, 20, -20, 100, -100, 1000, -1000, 5];
        var shape = new Shape(3, 3, 5, w.Length);
        var random = new Random(1);
        var (x, dy) = (Draw(random, shape), Draw(random, shape));
        using var norm = NormRun.Bounded(Kind.Open(), shape, w);
        norm.Train(x, dy, Usual);

        var oracle = new NormOracle(shape, Usual.Epsilon, Relu: false);
        var scale = NormOracle.Sigmoids(Wide(w));
        var (dx, dot) = oracle.Backward(Wide(x), scale, Wide(dy));
        for (var c = 0; c < w.Length; c++)
        {
            // Channel by channel: the large ones' allowance says nothing about the small ones.
            TensorAssert.AreClose(
                Channel(norm.Y, c, w.Length), Channel(oracle.Train(Wide(x), scale, null, null), c, w.Length), 1e-6, 1e-40, $"y at w = {w[c]} ");
            TensorAssert.AreClose(Channel(norm.Dx, c, w.Length), Channel(dx, c, w.Length), 1e-5, 1e-40, $"dx at w = {w[c]} ");

            // s(1-s) without cancellation: sigmoid(w) * sigmoid(-w). The sum that it multiplies rounds like its terms.
            var slope = NormOracle.Sigmoid(w[c]) * NormOracle.Sigmoid(-w[c]);
            TensorAssert.AreClose([norm.DScale[c]], [slope * dot[c]], 0, (1e-6 * slope * 45) + 1e-44, $"dw at w = {w[c]} ");
        }
    }

    [TestCase(1000, 0.1, 64, 5, 5)]
    [TestCase(-3000, 1, 40, 33, 33)]
    [TestCase(1e6, 10, 1, 7, 9)]
    [TestCase(1000, 0.1, 3000, 1, 1)]
    [Category(InstructionSets.Category)]
    public void Data_far_from_zero_keeps_its_precision(double mean, double deviation, int n, int h, int w)
    {
        var shape = new Shape(n, h, w, 3);
        var random = new Random(2);
        var x = Array.ConvertAll(Draw(random, shape), v => (float)(mean + (v * deviation)));
        var dy = Draw(random, shape);
        float[] scales = [0, 1, -1];
        using var norm = NormRun.Bounded(Kind.Open(), shape, scales);
        norm.Train(x, dy, Usual);

        var oracle = new NormOracle(shape, Usual.Epsilon, Relu: false);
        var scale = NormOracle.Sigmoids(Wide(scales));
        TensorAssert.AreClose(norm.Y, oracle.Train(Wide(x), scale, null, null), 2e-6, 0, "y");
        TensorAssert.AreClose(norm.Dx, oracle.Backward(Wide(x), scale, Wide(dy)).Dx, 2e-6, 0, "dx");
        var (runningMean, runningVariance) = oracle.Follow(Wide(x), new double[3], [1, 1, 1], Usual.Momentum);
        TensorAssert.AreClose(norm.RunningMean.ToArray(), runningMean, 1e-6, 0, "running mean");
        TensorAssert.AreClose(norm.RunningVariance.ToArray(), runningVariance, 1e-6, 0, "running variance");
    }

    [Test]
    public void Data_whose_first_pixels_mislead_keeps_its_precision()
    {
        // The first rows of the first image are far from all the rest: what the sums are taken about is then far off.
        var shape = new Shape(40, 32, 32, 2);
        var x = Draw(new Random(3), shape);
        for (var i = 0; i < x.Length; i++)
        {
            x[i] = i < 600 ? -1000 : 1000 + x[i];
        }

        using var norm = NormRun.Bounded(Kind.Open(), shape, [0, 0]);
        norm.Train(x, Draw(new Random(4), shape), Usual);
        var (_, variance) = new NormOracle(shape, Usual.Epsilon, Relu: false).Follow(Wide(x), [0, 0], [1, 1], Usual.Momentum);
        TensorAssert.AreClose(norm.RunningVariance.ToArray(), variance, 1e-5, 0, "running variance");
    }

    [Test]
    public void A_single_value_normalises_to_the_shift_and_moves_the_variance_towards_zero()
    {
        var shape = new Shape(1, 1, 1, 3);
        using var norm = new NormRun(Kind.Open(), shape, [2, 3, 4], [0.5f, -1, 0], [0, 0, 0], [1, 1, 1]);
        norm.Train([5, 6, 7], [1, 1, 1], Usual);
        TensorAssert.AreClose(norm.Y, (float[])[0.5f, -1, 0], 0, 0, "y");
        TensorAssert.AreClose(norm.Dx, new float[3], 0, 0, "dx");
        TensorAssert.AreClose(norm.RunningMean.ToArray(), (float[])[0.5f, 0.6f, 0.7f], 1e-7, 0, "running mean");
        TensorAssert.AreClose(norm.RunningVariance.ToArray(), (float[])[0.9f, 0.9f, 0.9f], 1e-7, 0, "running variance");
    }

    [Test]
    public void Statistics_count_as_changed_by_training_only()
    {
        using var norm = NormRun.Bounded(Kind.Open(), new Shape(2, 2, 2, 3), [0, 0, 0]);
        var (mean, variance) = (norm.RunningMean.Version, norm.RunningVariance.Version);
        norm.Evaluate(new float[24], Usual);
        Assert.That((norm.RunningMean.Version, norm.RunningVariance.Version), Is.EqualTo((mean, variance)));
        norm.Train(new float[24], new float[24], Usual);
        Assert.That((norm.RunningMean.Version, norm.RunningVariance.Version), Is.EqualTo((mean + 1, variance + 1)));
    }

    [Test]
    public void Evaluation_takes_no_images_training_refuses_them()
    {
        using var norm = NormRun.Bounded(Kind.Open(), new Shape(0, 4, 4, 3), [0, 0, 0]);
        norm.Evaluate([], Usual);
        Assert.That(norm.Y, Is.Empty);
        Assert.That(() => norm.Train([], [], Usual), Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("[0,4,4,3]"));
        TensorAssert.AreClose(norm.RunningMean.ToArray(), new float[3], 0, 0, "running mean");
    }

    [Test]
    public void X_may_be_its_own_residual()
    {
        var shape = new Shape(5, 3, 3, 19);
        var random = new Random(5);
        var (x, dy, w) = (Draw(random, shape), Draw(random, shape), Draw(random, Shape.Vector(19)));
        var args = Usual with { Relu = true };
        using var apart = NormRun.Bounded(Kind.Open(), shape, w);
        apart.Train(x, dy, args, residual: x);
        using var own = NormRun.Bounded(Kind.Open(), shape, w);
        own.Train(x, dy, args, ownResidual: true);
        TensorAssert.AreSameBits(own.Y, apart.Y, "y");
        for (var i = 0; i < x.Length; i++)
        {
            Assert.That(own.Dx[i], Is.EqualTo(apart.Dx[i] + apart.DResidual[i]), $"dx[{i}]");
        }
    }

    [Test]
    public void A_residual_alone_may_need_the_gradient()
    {
        var shape = new Shape(3, 3, 3, 5);
        var random = new Random(6);
        var (x, skip, dy) = (Draw(random, shape), Draw(random, shape), Draw(random, shape));
        using var device = Kind.Open();
        using var statistics = new Parameter(device, "statistics", ParameterRole.RunningVariance, Shape.Vector(5));
        using var tape = new Tape(device);
        using (tape.BeginStep(training: true))
        {
            var residual = tape.Input(skip, shape, needsGradient: true);
            var s = tape.Bind(statistics);
            var y = tape.BoundedBatchNorm(tape.Input(x, shape), tape.Input(new float[5], Shape.Vector(5)), s, s, Usual with { Relu = true }, residual);
            var values = y.ToArray();
            tape.Backward(WeightedSum.Of(tape, y, tape.Input(dy, shape)));
            var gradient = new float[shape.Count];
            tape.ReadGradient(residual, gradient);
            for (var i = 0; i < gradient.Length; i++)
            {
                Assert.That(gradient[i], Is.EqualTo(values[i] > 0 ? dy[i] : 0), $"gradient[{i}]");
            }
        }
    }

    [Test]
    public void Refusals_name_the_layer_and_both_shapes()
    {
        using var device = Kind.Open();
        using var tape = new Tape(device);
        using (tape.BeginStep(training: true))
        {
            tape.Scope = "layer2.0.bn1";
            var x = tape.Input(new float[2 * 3 * 3 * 5], new Shape(2, 3, 3, 5));
            Tensor five = tape.Input(new float[5], Shape.Vector(5)), four = tape.Input(new float[4], Shape.Vector(4));

            void Refused(Action call, params string[] parts)
            {
                var error = Assert.Throws<ShapeMismatchException>(call)!;
                foreach (var part in parts)
                {
                    Assert.That(error.Message, Does.Contain(part));
                }
            }

            Refused(() => tape.BoundedBatchNorm(x, four, five, five, Usual), "BoundedBatchNorm layer2.0.bn1: w", "[1,1,1,5]", "[1,1,1,4]");
            Refused(() => tape.BoundedBatchNorm(x, five, four, five, Usual), "running mean", "[1,1,1,4]");
            Refused(() => tape.BoundedBatchNorm(x, five, five, four, Usual), "running variance", "[1,1,1,4]");
            Refused(() => tape.BatchNorm(x, four, five, five, five, Usual), "BatchNorm layer2.0.bn1: gamma");
            Refused(() => tape.BatchNorm(x, five, four, five, five, Usual), "beta");
            Refused(() => tape.BatchNorm(x, five, five, five, five, Usual, five), "residual", "[2,3,3,5]", "[1,1,1,5]");
            Refused(() => tape.BoundedBatchNorm(x, five, five, five, Usual with { Epsilon = 0 }), "epsilon", "0");
            Refused(() => tape.BoundedBatchNorm(x, five, five, five, Usual with { Epsilon = float.NaN }), "epsilon", "NaN");
            Refused(() => tape.BoundedBatchNorm(x, five, five, five, Usual with { Momentum = 1.5f }), "momentum", "1.5");
            tape.AttachMoments(x, five);
            Refused(() => tape.BoundedBatchNorm(x, five, five, five, Usual), "moments", "[2,1,1,5]", "[1,1,1,5]");
        }
    }

    [Test]
    public void Moments_that_a_convolution_left_serve_as_well_as_its_own()
    {
        var shape = new Shape(5, 9, 7, 3);
        var random = new Random(8);
        var (images, dy, filter) = (Draw(random, shape), Draw(random, shape.WithC(19)), Draw(random, new Shape(19, 3, 3, 3)));
        using var device = Kind.Open();
        var (y, dw, mean, variance) = Step(moments: true);
        var own = Step(moments: false);
        TensorAssert.AreClose(y, own.Y, 2e-6, 0, "y");
        TensorAssert.AreClose(dw, own.Dw, 2e-6, 0, "dw");
        TensorAssert.AreClose(mean, own.Mean, 2e-6, 0, "running mean");
        TensorAssert.AreClose(variance, own.Variance, 2e-6, 0, "running variance");

        (float[] Y, float[] Dw, float[] Mean, float[] Variance) Step(bool moments)
        {
            using var weight = new Parameter(device, "weight", ParameterRole.Weight, new Shape(19, 3, 3, 3));
            weight.Set(filter);
            using var w = new Parameter(device, "w", ParameterRole.BoundedScale, Shape.Vector(19));
            using var runningMean = new Parameter(device, "mean", ParameterRole.RunningMean, Shape.Vector(19));
            using var runningVariance = new Parameter(device, "variance", ParameterRole.RunningVariance, Shape.Vector(19));
            using var tape = new Tape(device);
            using (tape.BeginStep(training: true))
            {
                var x = tape.Conv2d(
                    tape.Input(images, shape), tape.Bind(weight), Tensor.None, Conv2dArguments.Square(padding: 1, moments: moments));
                Assert.That(tape.MomentsOf(x).IsNone, Is.EqualTo(!moments));
                var z = tape.BoundedBatchNorm(x, tape.Bind(w), tape.Bind(runningMean), tape.Bind(runningVariance), Usual with { Relu = true });
                var values = z.ToArray();
                tape.Backward(WeightedSum.Of(tape, z, tape.Input(dy, shape.WithC(19))));
                return (values, w.GradientToArray(), runningMean.ToArray(), runningVariance.ToArray());
            }
        }
    }

    [Test]
    public void A_warm_step_with_a_penalty_allocates_nothing()
    {
        using var device = Kind.Open();
        using var w = new Parameter(device, "w", ParameterRole.BoundedScale, Shape.Vector(19));
        using var mean = new Parameter(device, "mean", ParameterRole.RunningMean, Shape.Vector(19));
        using var variance = new Parameter(device, "variance", ParameterRole.RunningVariance, Shape.Vector(19));
        using var tape = new Tape(device);
        var shape = new Shape(8, 16, 16, 19);
        var values = Draw(new Random(7), shape);
        for (var i = 0; i < 30; i++)
        {
            Step();
        }

        var held = device.LiveBytes;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            Step();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(device.LiveBytes, Is.EqualTo(held));

        void Step()
        {
            using var step = tape.BeginStep(training: true);
            var x = tape.Input(values, shape, needsGradient: true);
            var scale = tape.Bind(w);
            var y = tape.BoundedBatchNorm(x, scale, tape.Bind(mean), tape.Bind(variance), Usual with { Relu = true }, x);
            var penalty = tape.PolarisingPenalty([scale], 1e-4f, 0);
            var one = tape.Input([1f], Shape.Scalar);
            tape.Backward(WeightedSum.Of(tape, y, x, penalty, one));
        }
    }

    private static float[] Draw(Random random, Shape shape)
    {
        var values = new float[shape.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (random.NextSingle() * 4) - 2;
        }

        return values;
    }

    private static double[] Wide(float[] values) => Array.ConvertAll(values, v => (double)v);

    private static T[] Channel<T>(T[] values, int channel, int channels) =>
        [.. values.Where((_, i) => i % channels == channel)];
}
