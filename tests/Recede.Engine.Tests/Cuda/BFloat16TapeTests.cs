using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda;

/// <summary>A tape whose activations are bfloat16: what is of which type, and what is refused.</summary>
[TestFixture(CudaTestDevice.BFloat16Name, Category = CudaTestDevice.Category)]
internal sealed class BFloat16TapeTests(string device) : DeviceFixture(device)
{
    private static readonly float[] Eight = [1, 2, 3, 4, 5, 6, 7, 8];

    [Test]
    public void Host_values_are_rounded_and_read_back_and_gradients_have_their_type()
    {
        using var opened = Kind.Open();
        using var tape = new Tape(opened);
        using (tape.BeginStep(training: true))
        {
            float[] values = [1.001f, -3.1415927f, 2, 1e-3f];
            var rounded = Array.ConvertAll(values, BFloat16.Round);
            var x = tape.Input(values, new Shape(1, 2, 2, 1), needsGradient: true);
            Assert.That(x.ToArray(), Is.EqualTo(rounded));
            Assert.That(tape.SlotOf(x).Value.Bytes, Is.EqualTo(64), "four rows of 8 values of 2 bytes");

            // A scalar that follows from activations is one: backward starts there all the same.
            var y = tape.GlobalAveragePool(x);
            Assert.That(tape.SlotOf(y).Type, Is.EqualTo(ElementType.BFloat16));
            Assert.That(y.Item(), Is.EqualTo(BFloat16.Round(rounded.Average())));
            tape.Backward(y);
            var gradient = new float[4];
            tape.ReadGradient(x, gradient);
            Assert.That(gradient, Is.All.EqualTo(0.25f));
            Assert.That(tape.SlotOf(x).Gradient.Bytes, Is.EqualTo(64));
        }
    }

    [Test]
    public void Losses_statistics_and_probabilities_are_float32()
    {
        using var opened = Kind.Open();
        using var tape = new Tape(opened);
        using var weight = new Parameter(opened, "weight", ParameterRole.Weight, new Shape(8, 1, 1, 8));
        using (tape.BeginStep(training: true))
        {
            var x = tape.Input(Eight, Shape.Vector(8));
            var y = tape.Conv2d(x, tape.Bind(weight), Tensor.None, Conv2dArguments.Square(moments: true));
            Assert.That(tape.SlotOf(y).Type, Is.EqualTo(ElementType.BFloat16));
            Assert.That(tape.SlotOf(tape.MomentsOf(y)).Type, Is.EqualTo(ElementType.Float32));
            var result = tape.CrossEntropy(y, tape.Input([3]));
            Assert.That(tape.SlotOf(result.Loss).Type, Is.EqualTo(ElementType.Float32));
            Assert.That(result.Loss.Item(), Is.EqualTo(MathF.Log(8)).Within(1e-6), "more exact than bfloat16 could be");
        }
    }

    [Test]
    public void Types_that_do_not_match_are_refused_by_op_and_layer()
    {
        using var opened = Kind.Open();
        using var tape = new Tape(opened);
        using var vector = new Parameter(opened, "vector", ParameterRole.Bias, Shape.Vector(8));
        using var weight = new Parameter(opened, "weight", ParameterRole.Weight, new Shape(8, 1, 1, 8));
        using (tape.BeginStep(training: true))
        {
            tape.Scope = "block.2";
            var x = tape.Input(Eight, Shape.Vector(8));
            var single = tape.Bind(vector);
            var args = new NormArguments(1e-5f, 0.1f, false);
            Refused(() => tape.Add(x, single), "Add block.2: a [1,1,1,8] of BFloat16 and b [1,1,1,8] of Float32 must have one type");
            Refused(() => tape.Concat([x, single]), "Concat block.2: part 1 [1,1,1,8] of Float32 and part 0 [1,1,1,8] of BFloat16 must have one type");
            Refused(
                () => tape.BoundedBatchNorm(x, single, single, single, args, single),
                "BoundedBatchNorm block.2: residual [1,1,1,8] of Float32 and x [1,1,1,8] of BFloat16 must have one type");
            Refused(() => tape.BoundedBatchNorm(x, x, single, single, args), "BoundedBatchNorm block.2: w must be of Float32, got [1,1,1,8] of BFloat16");
            Refused(() => tape.Linear(x, tape.Bind(weight), x), "Linear block.2: bias must be of Float32, got [1,1,1,8] of BFloat16");
            Refused(() => tape.PolarisingPenalty([x], 1, 0), "PolarisingPenalty block.2: scales 0 must be a float vector [1,1,1,C], got BFloat16");
            tape.AttachMoments(x, tape.Input(new float[16], new Shape(2, 1, 1, 8)));
            Refused(() => tape.BoundedBatchNorm(x, single, single, single, args), "BoundedBatchNorm block.2: moments must be of Float32");
        }

        static void Refused(Func<Tensor> op, string message) =>
            Assert.That(() => op(), Throws.InstanceOf<ShapeMismatchException>().With.Message.StartsWith(message));
    }

    [Test]
    public void A_value_or_gradient_that_overflows_is_named()
    {
        using var opened = Kind.Open();
        using var tape = new Tape(opened) { CheckFinite = true };
        using (tape.BeginStep(training: true))
        {
            tape.Scope = "block.2";
            var x = tape.Input([3e38f], Shape.Scalar, needsGradient: true);
            Assert.That(
                () => tape.Add(x, x), Throws.InstanceOf<NonFiniteException>().With.Message.EqualTo("Add block.2: output block.2 [1,1,1,1] is not finite."));
        }
    }

    [Test]
    public void Images_become_activations()
    {
        using var opened = Kind.Open();
        using var tape = new Tape(opened);
        using (tape.BeginStep(training: false))
        {
            var bytes = tape.Input([0, 51, 102, 255], new Shape(1, 2, 2, 1));
            var x = tape.Images(bytes, Tensor.None, new ImageArguments(new ImageNormalization([0.5f], [0.25f]), 0, false, 0, 0));
            Assert.That(tape.SlotOf(x).Type, Is.EqualTo(ElementType.BFloat16));
            Assert.That(x.ToArray(), Is.EqualTo(Array.ConvertAll([-2f, -1.2f, -0.4f, 2f], BFloat16.Round)));
        }
    }
}
