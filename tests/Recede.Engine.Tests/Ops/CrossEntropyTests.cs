using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Ops;

/// <summary>Cross-entropy against PyTorch, and at the edges: ties, NaN, infinities, refusals.</summary>
[TestFixture(CpuTestDevice.Name, Category = InstructionSets.Category)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class CrossEntropyTests(string device) : DeviceFixture(device)
{
    [TestCase("plain")]
    [TestCase("smoothed")]
    [TestCase("largeLogits")]
    [TestCase("largeLogitsSmoothed")]
    [TestCase("wide")]
    public void Agrees_with_PyTorch(string name)
    {
        Golden golden = Golden.Load("cross_entropy.json");
        var (loss, _, dlogits) = Run(
            golden.Floats($"{name}.logits"),
            PoolingTests.ShapeOf(golden, $"{name}.logits"),
            golden.Integers($"{name}.labels"),
            (float)golden.Number(name, "labelSmoothing"));
        TensorAssert.AreClose([loss], golden.Doubles($"{name}.loss"), 1e-6, what: $"{name}.loss");
        TensorAssert.AreClose(dlogits, golden.Doubles($"{name}.dlogits"), 1e-6, what: $"{name}.dlogits");
    }

    [Test]
    public void Counts_rows_whose_first_largest_logit_is_the_label()
    {
        float[] logits = [1, 3, 3, /**/ 1, 3, 3, /**/ 5, 4, 3, /**/ 0, 0, 0];
        var (_, correct, _) = Run(logits, new Shape(4, 1, 1, 3), [1, 2, 0, 0], 0);
        Assert.That(correct, Is.EqualTo(3));
    }

    [TestCase(float.NaN, 1f, 2f)]
    [TestCase(9f, float.NaN, 2f)]
    [TestCase(9f, 1f, float.NaN)]
    public void A_row_with_a_NaN_is_wrong_and_so_is_the_loss(float a, float b, float c)
    {
        var (loss, correct, dlogits) = Run([a, b, c, 2, 1, 0], new Shape(2, 1, 1, 3), [0, 0], 0);
        Assert.That(correct, Is.EqualTo(1));
        Assert.That(loss, Is.NaN);
        Assert.That(dlogits[..3], Is.All.NaN);
        Assert.That(dlogits[3..], Is.All.Matches<float>(float.IsFinite), "the other row's gradient");
    }

    [Test]
    public void A_class_ruled_out_by_minus_infinity_costs_nothing()
    {
        var (loss, correct, dlogits) = Run([0, float.NegativeInfinity, 0], new Shape(1, 1, 1, 3), [2], 0);
        Assert.That(loss, Is.EqualTo((float)Math.Log(2)).Within(1e-6));
        Assert.That(correct, Is.Zero, "the first of the two largest is class 0");
        Assert.That(dlogits, Is.EqualTo(new[] { 0.5f, 0, -0.5f }).Within(1e-6));
    }

    [Test]
    public void Logits_of_any_size_give_finite_losses([Values(-1e30f, -1000f, 1000f, 1e30f)] float size, [Values(0f, 0.1f)] float smoothing)
    {
        var (loss, _, dlogits) = Run([size, 0, 1], new Shape(1, 1, 1, 3), [1], smoothing);
        Assert.That(float.IsFinite(loss), Is.True, $"loss {loss}");
        Assert.That(dlogits, Is.All.Matches<float>(float.IsFinite));
    }

    [TestCase(-1)]
    [TestCase(3)]
    [TestCase(int.MinValue)]
    public void A_label_that_is_no_class_is_refused_and_the_tape_goes_on(int label)
    {
        using var device = Kind.Open();
        using var tape = new Tape(device);
        using (tape.BeginStep(training: true))
        {
            tape.Scope = "head";
            Tensor logits = tape.Input(new float[6], new Shape(2, 1, 1, 3));
            Tensor labels = tape.Input([2, label]);

            // A GPU tells when it is waited for.
            Assert.That(
                () => tape.CrossEntropy(logits, labels).Loss.Item(),
                Throws.ArgumentException.With.Message.Contains($"the label of row 1 is {label}, "));
        }

        using (tape.BeginStep(training: false))
        {
            Tensor logits = tape.Input(new float[6], new Shape(2, 1, 1, 3));
            Assert.That(tape.CrossEntropy(logits, tape.Input([2, 1])).Loss.Item(), Is.EqualTo((float)Math.Log(3)).Within(1e-6));
        }
    }

    [Test]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using var device = Kind.Open();
        using var tape = new Tape(device);
        using var step = tape.BeginStep(training: true);
        Tensor two = tape.Input([0, 1]);
        Tensor logits = tape.Input(new float[9], new Shape(3, 1, 1, 3));
        Assert.That(() => tape.CrossEntropy(logits, two), Refused("labels must be int32 [3,1,1,1]"));
        Assert.That(() => tape.CrossEntropy(logits, logits), Refused("Float32"));
        Assert.That(() => tape.CrossEntropy(two, two), Refused("Int32"));
        Assert.That(() => tape.CrossEntropy(tape.Input(new float[8], new Shape(2, 2, 1, 2)), two), Refused("[2,2,1,2]"));
        Assert.That(() => tape.CrossEntropy(tape.Input([], new Shape(0, 1, 1, 3)), tape.Input([])), Refused("[0,1,1,3]"));
        Assert.That(() => tape.CrossEntropy(tape.Input([], new Shape(2, 1, 1, 0)), two), Refused("[2,1,1,0]"));
    }

    [Test]
    public void Smoothing_outside_0_to_1_is_refused([Values(-0.1f, 1.1f, float.NaN)] float smoothing) =>
        Assert.That(
            () => Run(new float[3], new Shape(1, 1, 1, 3), [0], smoothing),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("CrossEntropy: the label smoothing"));

    private static NUnit.Framework.Constraints.ContainsConstraint Refused(string what) =>
        Throws.TypeOf<ShapeMismatchException>().With.Message.StartsWith("CrossEntropy: ").And.Message.Contains(what);

    private (float Loss, float Correct, float[] Dlogits) Run(float[] values, Shape shape, int[] labels, float smoothing)
    {
        using var device = Kind.Open();
        using var tape = new Tape(device);
        using var step = tape.BeginStep(training: true);
        Tensor logits = tape.Input(values, shape, needsGradient: true);
        CrossEntropyResult result = tape.CrossEntropy(logits, tape.Input(labels), smoothing);
        tape.Backward(result.Loss);
        var dlogits = new float[values.Length];
        tape.ReadGradient(logits, dlogits);
        return (result.Loss.Item(), result.Correct.Item(), dlogits);
    }
}
