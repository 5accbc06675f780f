using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Oracles;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Ops;

/// <summary>The penalties beyond the table's rows: PyTorch's numbers, extreme scales, refusals.</summary>
[TestFixture(CpuTestDevice.Name, Category = InstructionSets.Category)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class PenaltyTests(string device) : DeviceFixture(device)
{
    private static readonly float[] Extremes = [0, 20, -20, 100, -100, 1000, -1000];

    [TestCase("shiftMinus3")]
    [TestCase("shift0")]
    [TestCase("shift3")]
    [TestCase("l1")]
    public void Agrees_with_pytorch(string name)
    {
        var golden = Golden.Load("penalty.json");
        var lambda = (float)golden.Number(name, "lambda");
        var (value, gradient) = golden.Word(name, "kind") == "l1"
            ? Differentiate(golden.Floats($"{name}.w"), (tape, w) => tape.L1Penalty([w], lambda))
            : Polarising(golden.Floats($"{name}.w"), lambda, (float)golden.Number(name, "shift"));
        TensorAssert.AreClose([value], golden.Doubles($"{name}.value"), 1e-7, 0, "value");
        var expected = golden.Doubles($"{name}.gradient");
        for (var c = 0; c < expected.Length; c++)
        {
            TensorAssert.AreClose([gradient[c]], [expected[c]], 1e-6, 1e-44, $"gradient {c} ");
        }
    }

    [Test]
    public void Extreme_scales_have_the_closed_forms_value_and_gradient([Values(-3, 0, 3)] int b)
    {
        foreach (var w in Extremes)
        {
            var (value, gradient) = Polarising([w], 1, b);
            TensorAssert.AreClose([value], [PenaltyOracle.Polarising([[w]], b)], 1e-6, 1e-44, $"value at w = {w} ");
            TensorAssert.AreClose([gradient[0]], [PenaltyOracle.PolarisingSlope(w, b)], 1e-6, 1e-44, $"gradient at w = {w} ");
        }
    }

    [Test]
    public void Many_small_terms_are_not_lost_beside_large_ones()
    {
        var w = new float[3000];
        Array.Fill(w, 1e-4f);
        w[0] = 1e6f;
        var (value, _) = Differentiate(w, (tape, x) => tape.L1Penalty([x], 1));
        Assert.That(value, Is.EqualTo((float)(1e6 + (2999 * (double)1e-4f))));
    }

    [Test]
    public void No_vector_at_all_costs_nothing()
    {
        using var device = Kind.Open();
        using var tape = new Tape(device);
        using (tape.BeginStep(training: true))
        {
            Assert.That(tape.PolarisingPenalty([], 1, 0).Item(), Is.Zero);
            Assert.That(tape.L1Penalty([], 1).Item(), Is.Zero);
        }
    }

    [Test]
    public void A_vector_given_twice_counts_twice()
    {
        var (value, gradient) = Differentiate([0.5f, -2], (tape, w) => tape.L1Penalty([w, w], 3));
        Assert.That(value, Is.EqualTo(15));
        Assert.That(gradient, Is.EqualTo((float[])[6, -6]));
    }

    [Test]
    public void Refusals_name_what_came()
    {
        using var device = Kind.Open();
        using var tape = new Tape(device);
        using (tape.BeginStep(training: true))
        {
            var vector = tape.Input(new float[3], Shape.Vector(3));
            var image = tape.Input(new float[12], new Shape(1, 2, 2, 3));
            Assert.That(
                () => tape.PolarisingPenalty([vector, image], 1, 0),
                Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("PolarisingPenalty: scales 1").And.Message.Contains("[1,2,2,3]"));
            Assert.That(
                () => tape.L1Penalty([vector], float.NaN), Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("lambda"));
            Assert.That(
                () => tape.PolarisingPenalty([vector], 1, float.PositiveInfinity),
                Throws.TypeOf<ShapeMismatchException>().With.Message.Contains("shift"));
        }
    }

    private (float Value, float[] Gradient) Polarising(float[] w, float lambda, float b) =>
        Differentiate(w, (tape, x) => tape.PolarisingPenalty([x], lambda, b));

    private (float Value, float[] Gradient) Differentiate(float[] w, Func<Tape, Tensor, Tensor> penalty)
    {
        using var device = Kind.Open();
        using var parameter = new Parameter(device, "w", ParameterRole.BoundedScale, Shape.Vector(w.Length));
        parameter.Set(w);
        using var tape = new Tape(device) { CheckFinite = true };
        using (tape.BeginStep(training: true))
        {
            var value = penalty(tape, tape.Bind(parameter));
            tape.Backward(value);
            return (value.Item(), parameter.GradientToArray());
        }
    }
}
