using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Ops;

namespace Recede.Engine.Tests.Core;

/// <summary>A step that has run before allocates no managed memory.</summary>
[TestFixture]
public sealed class WarmStepTests
{
    private static readonly Shape Size = new(3, 5, 5, 20);
    private static readonly float[] Values = [.. Enumerable.Range(0, 3 * 5 * 5 * 20).Select(i => i % 13 - 6f)];
    private static readonly float[] Weights = [.. Enumerable.Range(0, 3 * 10).Select(i => i % 5 - 2f)];
    private static readonly Conv2dArguments Same = Conv2dArguments.Square(padding: 1, moments: true);
    private static readonly ChannelIndexMap Strided = ChannelIndexMap.Padded(20, 0, 0);
    private static readonly ChannelIndexMap Map = ChannelIndexMap.Padded(20, 3, 4);

    [Test]
    public void A_warm_training_step_allocates_nothing()
    {
        using var device = Device.Cpu(2);
        using var tape = new Tape(device);
        using var layers = new Layers(device);
        Assert.That(AllocatedBy(() => TrainingStep(tape, layers)), Is.Zero);
    }

    [Test]
    public void A_warm_evaluation_step_allocates_nothing()
    {
        using var device = Device.Cpu(2);
        using var tape = new Tape(device);
        using var layers = new Layers(device);
        Assert.That(AllocatedBy(() => EvaluationStep(tape, layers)), Is.Zero);
    }

    private static long AllocatedBy(Action step)
    {
        for (var i = 0; i < 5; i++)
        {
            step();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
        {
            step();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void TrainingStep(Tape tape, Layers layers)
    {
        using var step = tape.BeginStep(training: true);
        var x = tape.Input(Values, Size, needsGradient: true);
        var y = Forward(tape, layers, x);
        tape.Backward(WeightedSum.Of(tape, y, tape.Input(Weights, y.Shape)));
    }

    private static void EvaluationStep(Tape tape, Layers layers)
    {
        using var step = tape.BeginStep(training: false);
        _ = Forward(tape, layers, tape.Input(Values, Size));
    }

    private static Tensor Forward(Tape tape, Layers layers, Tensor x)
    {
        tape.Scope = "block";
        var y = tape.Conv2d(x, tape.Bind(layers.Filter), tape.Bind(layers.Bias), Same);
        y = tape.Add(tape.Relu(y), x);
        var wide = tape.ChannelMap(y, Map, 2);
        var chained = tape.Concat([wide, tape.ChannelMap(x, Strided, 2)]);
        tape.Release(wide);
        return tape.Linear(tape.Flatten(chained), tape.Bind(layers.Linear), Tensor.None);
    }

    private sealed class Layers(Device device) : IDisposable
    {
        public Parameter Filter { get; } = new(device, "conv.weight", ParameterRole.Weight, new Shape(20, 3, 3, 20));

        public Parameter Bias { get; } = new(device, "conv.bias", ParameterRole.Bias, Shape.Vector(20));

        public Parameter Linear { get; } = new(device, "linear.weight", ParameterRole.Weight, new Shape(10, 1, 1, 3 * 3 * 47));

        public void Dispose()
        {
            Filter.Dispose();
            Bias.Dispose();
            Linear.Dispose();
        }
    }
}
