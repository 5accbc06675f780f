using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Ops;

/// <summary>Which values dropout drops; that it drops them alike forward and backward is the table's business.</summary>
[TestFixture(CpuTestDevice.Name, Category = InstructionSets.Category)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class DropoutTests(string device) : DeviceFixture(device)
{
    private static readonly Shape Large = new(4, 8, 8, 100);

    [TestCase(0.1f)]
    [TestCase(0.5f)]
    [TestCase(0.9f)]
    public void Drops_the_share_asked_for_and_keeps_the_mean(float rate)
    {
        float[] y = Draw("fc1", seed: 7, step: 3, rate);
        double dropped = y.Count(v => v == 0) / (double)y.Length;

        // Four standard deviations of a binomial share.
        Assert.That(dropped, Is.EqualTo(rate).Within(4 * Math.Sqrt(rate * (1 - rate) / y.Length)));
        Assert.That(y.Where(v => v != 0), Is.All.EqualTo(1 / (1 - rate)).Within(1e-6));
    }

    [Test]
    public void Drops_the_same_again_and_otherwise_in_another_layer_step_or_seed()
    {
        float[] y = Draw("fc1", 7, 3, 0.5f);
        Assert.That(Draw("fc1", 7, 3, 0.5f), Is.EqualTo(y));
        foreach (float[] other in new[] { Draw("fc2", 7, 3, 0.5f), Draw("fc1", 8, 3, 0.5f), Draw("fc1", 7, 4, 0.5f) })
        {
            double alike = y.Zip(other).Count(pair => pair.First == pair.Second) / (double)y.Length;
            Assert.That(alike, Is.EqualTo(0.5).Within(0.02), "independent masks agree in half of the places");
        }
    }

    [Test]
    public void Returns_the_tensor_itself_where_nothing_is_dropped()
    {
        using var device = Kind.Open();
        using var tape = new Tape(device);
        using (tape.BeginStep(training: true))
        {
            Tensor x = tape.Input([1, 2, 3], Shape.Vector(3));
            Assert.That(tape.Dropout(x, 0), Is.EqualTo(x));
        }

        using (tape.BeginStep(training: false))
        {
            Tensor x = tape.Input([1, 2, 3], Shape.Vector(3));
            Assert.That(tape.Dropout(x, 0.5f), Is.EqualTo(x));
        }
    }

    [Test]
    public void Rates_outside_0_to_1_are_refused([Values(-0.1f, 1f, 2f, float.NaN)] float rate, [Values] bool training)
    {
        using var device = Kind.Open();
        using var tape = new Tape(device);
        using var step = tape.BeginStep(training);
        tape.Scope = "classifier.1";
        Tensor x = tape.Input([1, 2, 3], Shape.Vector(3));
        Assert.That(
            () => tape.Dropout(x, rate),
            Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.StartsWith("Dropout classifier.1: "));
    }

    private float[] Draw(string scope, ulong seed, ulong step, float rate)
    {
        using var device = Kind.Open();
        using var tape = new Tape(device) { Seed = seed, StepNumber = step };
        using var started = tape.BeginStep(training: true);
        tape.Scope = scope;
        var ones = new float[Large.Count];
        Array.Fill(ones, 1);
        return tape.Dropout(tape.Input(ones, Large), rate).ToArray();
    }
}
