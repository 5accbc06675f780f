using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Ops;

namespace Recede.Engine.Tests.Core;

/// <summary>What a tape refuses, and what its errors say.</summary>
[TestFixture]
public sealed class TapeTests
{
    private static readonly Shape Small = new(1, 1, 1, 3);

    private CpuDevice _device = null!;
    private Tape _tape = null!;

    [SetUp]
    public void MakeTape()
    {
        _device = Device.Cpu(1);
        _tape = new Tape(_device);
    }

    [TearDown]
    public void FreeTape()
    {
        _tape.Dispose();
        Assert.That(_device.LiveBytes, Is.Zero, "bytes that nobody freed");
        _device.Dispose();
    }

    [Test]
    public void Two_tapes_do_not_mix()
    {
        using var other = new Tape(_device);
        using var first = _tape.BeginStep(training: true);
        using var second = other.BeginStep(training: true);
        var mine = Ones(_tape);
        var theirs = Ones(other);
        _tape.Scope = "block.add";
        Assert.That(
            () => _tape.Add(mine, theirs),
            Throws.InvalidOperationException.With.Message.EqualTo("Add block.add: an operand belongs to another tape."));
        Assert.That(
            () => _tape.Add(mine, Tensor.None),
            Throws.InvalidOperationException.With.Message.EqualTo(
                "Add block.add: operand 1 is Tensor.None, where a tensor is needed."));
    }

    [Test]
    public void Borrowed_memory_is_read_in_place_and_stays_its_owners()
    {
        using var buffer = _device.Allocate(_device.PhysicalBytes(Small, TensorLayout.Activation, ElementType.Float32));
        for (var i = 0; i < 2; i++)
        {
            _device.Upload([i, 2, 3], Small, TensorLayout.Activation, buffer.Address);
            using var step = _tape.BeginStep(training: true);
            var x = _tape.Borrow(buffer, new OutputSpec(Small), "x");
            var sum = _tape.Add(x, x);
            _tape.Release(x);
            Assert.That(sum.ToArray(), Is.EqualTo(new float[] { 2 * i, 4, 6 }));
            Assert.That(x.ToArray(), Is.EqualTo(new float[] { i, 2, 3 }), "it is not the step's to free");
        }
    }

    [Test]
    public void Borrowed_memory_that_does_not_fit_is_refused()
    {
        using var other = Device.Cpu(1);
        using var small = _device.Allocate(64);
        using var elsewhere = other.Allocate(128);
        Assert.That(() => _tape.Borrow(small, new OutputSpec(Small), "x"), Throws.InvalidOperationException);
        using var step = _tape.BeginStep(training: true);
        Assert.That(
            () => _tape.Borrow(small, new OutputSpec(Shape.Vector(17)), "x"),
            Throws.ArgumentException.With.Message.Contains("x [1,1,1,17] takes 128 bytes").And.Message.Contains("the buffer has 64"));
        Assert.That(() => _tape.Borrow(elsewhere, new OutputSpec(Small), "x"), Throws.ArgumentException);
    }

    [Test]
    public void A_disposed_tape_begins_no_step()
    {
        var tape = new Tape(_device);
        tape.Dispose();
        Assert.That(() => tape.BeginStep(training: false), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_tensor_is_stale_after_its_step_and_the_error_names_it()
    {
        Tensor x, y;
        using (_tape.BeginStep(training: false))
        {
            x = Ones(_tape);
            _tape.Scope = "layer1.relu";
            y = _tape.Relu(x);
        }

        Assert.That(() => y.ToArray(), Throws.InvalidOperationException.With.Message.Contain("layer1.relu [1,1,1,3]"));
        using (_tape.BeginStep(training: false))
        {
            Assert.That(() => _tape.Relu(y), Throws.InvalidOperationException.With.Message.Contain("layer1.relu [1,1,1,3]"));
            _ = Ones(_tape);

            // The place of x is taken by now; the error must not give it the new tensor's name.
            Assert.That(() => x.Shape, Throws.InvalidOperationException.With.Message.Contain("has ended").And.Message.Not.Contain("[1,1,1,3]"));
        }
    }

    [Test]
    public void Steps_do_not_nest_and_tensors_need_one()
    {
        Assert.That(() => Ones(_tape), Throws.InvalidOperationException.With.Message.Contain("BeginStep"));
        var step = _tape.BeginStep(training: true);
        Assert.That(() => _tape.BeginStep(training: true), Throws.InvalidOperationException);
        step.Dispose();
        Assert.That(_tape.InStep, Is.False);
        using (_tape.BeginStep(training: true))
        {
            step.Dispose();
            Assert.That(_tape.InStep, "an old scope ends no newer step");
        }
    }

    [Test]
    public void Backward_runs_once_a_training_step_from_a_scalar_that_depends_on_something()
    {
        using (_tape.BeginStep(training: false))
        {
            var loss = Loss(_tape, Ones(_tape));
            Assert.That(() => _tape.Backward(loss), Throws.InvalidOperationException.With.Message.Contain("training step"));
        }

        using (_tape.BeginStep(training: true))
        {
            var x = Ones(_tape);
            Assert.That(() => _tape.Backward(x), Throws.ArgumentException.With.Message.Contain("[1,1,1,3]"));
            var constant = Loss(_tape, _tape.Input([1f, 1, 1], Small));
            Assert.That(() => _tape.Backward(constant), Throws.InvalidOperationException.With.Message.Contain("depends on no"));
            var loss = Loss(_tape, x);
            _tape.Backward(loss);
            Assert.That(() => _tape.Backward(loss), Throws.InvalidOperationException.With.Message.Contain("already"));
            Assert.That(() => _tape.Relu(x), Throws.InvalidOperationException.With.Message.Contain("begin another step"));
        }
    }

    [Test]
    public void A_parameter_of_another_device_is_refused()
    {
        using var elsewhere = Device.Cpu(1);
        using var bias = new Parameter(elsewhere, "bias", ParameterRole.Bias, Small);
        using var step = _tape.BeginStep(training: true);
        Assert.That(() => _tape.Bind(bias), Throws.ArgumentException.With.Message.Contain("bias"));
    }

    [Test]
    public void A_gradient_is_read_only_where_one_was_asked_for()
    {
        using var step = _tape.BeginStep(training: true);
        var x = Ones(_tape);
        var constant = _tape.Input([1f, 1, 1], Small);
        var gradient = new float[3];
        Assert.That(() => _tape.ReadGradient(x, gradient), Throws.InvalidOperationException, "before the backward pass");
        _tape.Backward(Loss(_tape, _tape.Add(x, constant)));
        _tape.ReadGradient(x, gradient);
        Assert.That(gradient, Is.EqualTo(new float[] { 1, 2, 3 }));
        Assert.That(() => _tape.ReadGradient(constant, gradient), Throws.InvalidOperationException.With.Message.Contain("no gradient"));
    }

    [Test]
    public void Parameter_gradients_accumulate_over_steps_until_they_are_zeroed()
    {
        using var bias = new Parameter(_device, "bias", ParameterRole.Bias, Small);
        for (var step = 1; step <= 3; step++)
        {
            StepOn(bias);
            Assert.That(bias.GradientToArray(), Is.EqualTo(new float[] { step, 2 * step, 3 * step }));
        }

        bias.ZeroGradient();
        Assert.That(bias.GradientToArray(), Is.All.Zero);
        StepOn(bias);
        Assert.That(bias.GradientToArray(), Is.EqualTo(new float[] { 1, 2, 3 }));
    }

    [Test]
    public void CheckFinite_names_the_op_and_layer_whose_output_went_bad()
    {
        _tape.CheckFinite = true;
        using var step = _tape.BeginStep(training: true);
        var x = _tape.Input([float.MaxValue, 1, 1], Small);
        _tape.Scope = "layer2.0.add";
        Assert.That(
            () => _tape.Add(x, x),
            Throws.TypeOf<NonFiniteException>().With.Message.Contain("Add layer2.0.add: output"));
    }

    [Test]
    public void CheckFinite_names_the_parameter_whose_gradient_went_bad()
    {
        _tape.CheckFinite = true;
        using var bias = new Parameter(_device, "layer3.bias", ParameterRole.Bias, Small);
        using var step = _tape.BeginStep(training: true);
        var bound = _tape.Bind(bias);
        _tape.Scope = "layer3.sum";
        var weight = _tape.Input([float.MaxValue, 1, 1], Small);
        var loss = WeightedSum.Of(_tape, bound, weight, bound, weight);
        Assert.That(
            () => _tape.Backward(loss),
            Throws.TypeOf<NonFiniteException>().With.Message.Contain("WeightedSum layer3.sum: the gradient of layer3.bias"));
    }

    [Test]
    public void A_failed_op_leaves_the_step_and_the_next_one_sound()
    {
        using (_tape.BeginStep(training: true))
        {
            var x = Ones(_tape);
            Assert.That(() => _tape.Add(x, _tape.Input([1f], Shape.Scalar)), Throws.TypeOf<ShapeMismatchException>());
            Assert.That(() => _tape.Record(FailingRule.Instance, default, [x]), Throws.TypeOf<NotSupportedException>());
            Assert.That(() => _tape.Record(GiantRule.Instance, default, [x]), Throws.TypeOf<DeviceOutOfMemoryException>());
            var gone = _tape.Input([1f, 1, 1], Small);
            _tape.Release(gone);
            Assert.That(() => _tape.Add(x, gone), Throws.InvalidOperationException.With.Message.Contain("Tape.Keep"));
            _tape.Backward(Loss(_tape, _tape.Relu(x)));
            var gradient = new float[3];
            _tape.ReadGradient(x, gradient);
            Assert.That(gradient, Is.EqualTo(new float[] { 1, 2, 3 }));
        }

        using (_tape.BeginStep(training: true))
        {
            Assert.That(() => _tape.Record(FailingRule.Instance, default, [Ones(_tape)]), Throws.TypeOf<NotSupportedException>());
        }

        Assert.That(_tape.Arena.Used, Is.Zero);
        using (_tape.BeginStep(training: true))
        {
            var x = Ones(_tape);
            var y = _tape.Relu(x);
            var z = _tape.Add(y, x);
            Assert.That(z.ToArray(), Is.EqualTo(new float[] { 2, 2, 2 }));
            Assert.That(y.ToArray(), Is.EqualTo(new float[] { 1, 1, 1 }));
            Assert.That(_tape.Arena.Used, Is.EqualTo(3 * 64));
        }
    }

    [Test]
    public void A_tape_takes_any_number_of_ops_with_several_outputs()
    {
        using var step = _tape.BeginStep(training: true);
        var x = Ones(_tape);
        Span<Tensor> outputs = [Tensor.None];
        for (var i = 0; i < 300; i++)
        {
            _tape.Record(WeightedSumRule.Instance, default, [x, x], outputs);
            Assert.That(outputs[0].Item(), Is.EqualTo(3f));
        }
    }

    private static Tensor Ones(Tape tape) => tape.Input([1f, 1, 1], Small, needsGradient: true);

    private static Tensor Loss(Tape tape, Tensor x) => WeightedSum.Of(tape, x, tape.Input([1f, 2, 3], Small));

    private void StepOn(Parameter parameter)
    {
        using var step = _tape.BeginStep(training: true);
        _tape.Backward(Loss(_tape, _tape.Bind(parameter)));
    }
}
