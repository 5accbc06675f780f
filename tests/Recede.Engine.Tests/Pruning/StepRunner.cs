using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Ops;
using Recede.Engine.Optim;

namespace Recede.Engine.Tests.Pruning;

/// <summary>Optimiser steps on random images, the same for the same step number.</summary>
internal sealed class StepRunner : IDisposable
{
    private const int Batch = 6;
    private readonly Network _network;
    private readonly Tape _tape;
    private readonly Sgd _sgd;

    public StepRunner(Network network, float rate = 0.02f)
    {
        _network = network;
        _tape = new Tape(network.Device);
        _sgd = new Sgd(ParameterGroups.FromRecipe(network.Parameters, 1e-4f, 10), rate, 0.9f, nesterov: true);
    }

    public Tape Tape => _tape;

    public Sgd Sgd => _sgd;

    public static float[] Images(Shape shape, ulong seed)
    {
        var values = new float[shape.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Philox.Normal(seed, 1, (ulong)i);
        }

        return values;
    }

    public float Step(int number)
    {
        var shape = _network.ImageShape.WithN(Batch);
        var labels = Enumerable.Range(0, Batch).Select(i => (i + number) % _network.OutputShape.C).ToArray();
        float value;
        _tape.StepNumber = (ulong)number;
        using (_tape.BeginStep(training: true))
        {
            var x = _tape.Input(Images(shape, (ulong)number), shape);
            var loss = _tape.CrossEntropy(_network.Forward(_tape, x), _tape.Input(labels)).Loss;
            _tape.Backward(loss);
            value = loss.Item();
        }

        _sgd.Update();
        _sgd.ZeroGradients();
        return value;
    }

    public void Dispose()
    {
        _sgd.Dispose();
        _tape.Dispose();
    }
}
