using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Ops;

namespace Recede.Engine.Tests.Core;

/// <summary>How long values live in a step, seen by the arena's bytes in use.</summary>
[TestFixture]
public sealed class TapeLifetimeTests
{
    private const long Bytes = 4 * 8 * 8 * 16 * sizeof(float);

    private static readonly Shape Size = new(4, 8, 8, 16);
    private static readonly float[] Values = [.. Enumerable.Range(0, 4 * 8 * 8 * 16).Select(i => i % 7 - 3f)];

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
        _device.Dispose();
    }

    [Test]
    public void In_evaluation_a_released_value_is_reused_at_once()
    {
        using var step = _tape.BeginStep(training: false);
        var x = _tape.Input(Values, Size);
        for (var layer = 0; layer < 10; layer++)
        {
            var y = _tape.Relu(x);
            _tape.Release(x);
            x = y;
            Assert.That(_tape.Arena.Used, Is.EqualTo(Bytes));
        }

        Assert.That(_tape.Arena.Peak, Is.EqualTo(2 * Bytes));
        Assert.That(x.ToArray(), Is.EqualTo(Array.ConvertAll(Values, v => Math.Max(v, 0))));
    }

    [Test]
    public void Reading_a_value_that_is_gone_says_what_to_do()
    {
        using var step = _tape.BeginStep(training: false);
        _tape.Scope = "stem.relu";
        var y = _tape.Relu(_tape.Input(Values, Size));
        _tape.Release(y);
        Assert.That(
            () => y.ToArray(),
            Throws.InvalidOperationException.With.Message.Contain("stem.relu [4,8,8,16]").And.Message.Contain("Tape.Keep"));
    }

    [Test]
    public void In_training_a_released_value_stays_while_backward_needs_it()
    {
        using var step = _tape.BeginStep(training: true);
        var x = _tape.Input(Values, Size, needsGradient: true);
        var read = _tape.Relu(x);
        var unread = _tape.Add(read, read);
        var used = _tape.Arena.Used;
        _tape.Release(read);
        Assert.That(_tape.Arena.Used, Is.EqualTo(used), "Relu's backward pass reads its output");
        var loss = WeightedSum.Of(_tape, unread, _tape.Input(Values, Size));
        used = _tape.Arena.Used;
        _tape.Release(unread);
        Assert.That(_tape.Arena.Used, Is.EqualTo(used - Bytes), "nobody reads the sum again");
        _tape.Backward(loss);
        var gradient = new float[Values.Length];
        _tape.ReadGradient(x, gradient);
        Assert.That(gradient, Is.EqualTo(Array.ConvertAll(Values, v => v > 0 ? 2 * v : 0)));
    }

    [Test]
    public void Backward_frees_activations_and_their_gradients_as_it_goes_back()
    {
        using var step = _tape.BeginStep(training: true);
        var x = _tape.Input(Values, Size, needsGradient: true);
        var y = x;
        for (var layer = 0; layer < 20; layer++)
        {
            y = _tape.Relu(y);
        }

        var weight = _tape.Input(Values, Size);
        var loss = WeightedSum.Of(_tape, y, weight);
        var forward = _tape.Arena.Used;
        _tape.Backward(loss);
        Assert.That(_tape.Arena.Peak, Is.LessThanOrEqualTo(forward + (2 * Bytes) + 64), "one gradient is made while one is read");
        Assert.That(_tape.Arena.Used, Is.EqualTo((3 * Bytes) + 64), "x, its gradient, the weight, the loss");
        Assert.That(loss.Item(), Is.Not.Zero, "scalars stay");
        Assert.That(() => y.ToArray(), Throws.InvalidOperationException);
    }

    [Test]
    public void What_is_kept_can_be_read_after_backward()
    {
        using var step = _tape.BeginStep(training: true);
        var x = _tape.Input(Values, Size, needsGradient: true);
        var y = _tape.Relu(x);
        _tape.Keep(y);
        _tape.Release(y);
        var loss = WeightedSum.Of(_tape, y, _tape.Input(Values, Size));
        _tape.Backward(loss);
        Assert.That(y.ToArray(), Is.EqualTo(Array.ConvertAll(Values, v => Math.Max(v, 0))));
    }

    [Test]
    public void A_steps_end_rewinds_everything()
    {
        for (var step = 0; step < 3; step++)
        {
            using (_tape.BeginStep(training: true))
            {
                var x = _tape.Input(Values, Size, needsGradient: true);
                _tape.Backward(WeightedSum.Of(_tape, _tape.Relu(x), _tape.Input(Values, Size)));
            }

            Assert.That(_tape.Arena.Used, Is.Zero);
            Assert.That(_tape.Arena.Growths, Is.EqualTo(1));
        }
    }
}
