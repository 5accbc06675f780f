using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Ops;
using Recede.Engine.Optim;
using Recede.Engine.Tests.Pruning;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Training;

/// <summary>A whole training step from prepared host arrays: forward, loss, penalty, backward, update.</summary>
internal sealed class PreparedStep : IDisposable
{
    private const int Batch = 8;
    private readonly Network _network;
    private readonly Sgd _sgd;
    private readonly float[] _images;
    private readonly int[] _labels;
    private readonly PolarisingPenalty _penalty = new(0.01f, 3);
    private readonly Shape _shape;

    public PreparedStep(Network network)
    {
        _network = network;
        Tape = new Tape(network.Device);
        _sgd = new Sgd(ParameterGroups.FromRecipe(network.Parameters, 1e-4f, 10), 0.01f, 0.9f, nesterov: true);
        _shape = network.ImageShape.WithN(Batch);
        _images = StepRunner.Images(_shape, 3);
        _labels = [.. Enumerable.Range(0, Batch).Select(i => i % network.OutputShape.C)];
    }

    public Tape Tape { get; }

    /// <summary>One step.</summary>
    /// <param name="beforeUpdate">Looks at the gradients; null for nobody.</param>
    /// <returns>The loss; 0 where nobody looks, as reading it waits for the device.</returns>
    public float Step(Action? beforeUpdate = null)
    {
        var value = 0f;
        using (Tape.BeginStep(training: true))
        {
            var logits = _network.Forward(Tape, Tape.Input(_images, _shape));
            var loss = Tape.CrossEntropy(logits, Tape.Input(_labels)).Loss;
            if (_network.Norms[0] is BoundedBatchNorm)
            {
                loss = Tape.Add(loss, _penalty.On(Tape, _network));
            }

            Tape.Backward(loss);
            value = beforeUpdate is null ? 0 : loss.Item();
        }

        if (_sgd.FindNonFiniteGradient() is { } bad)
        {
            throw new InvalidOperationException(bad.Path);
        }

        beforeUpdate?.Invoke();
        _sgd.Update();
        _sgd.ZeroGradients();
        return value;
    }

    public void Dispose()
    {
        _sgd.Dispose();
        Tape.Dispose();
    }
}
