using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Ops;
using Recede.Engine.Optim;

namespace Recede.Bench.Steps;

/// <summary>
/// Whole steps of a network on one batch of random images, which come as bytes and are normalised within the step: that
/// is how the engine takes images, and a little more work than the peer does, whose floats are ready in its own layout.
/// </summary>
internal sealed class NetworkStep : IDisposable
{
    private const float LearningRate = 0.01f;
    private const float WeightDecay = 1e-4f;
    private readonly Network _network;
    private readonly Sgd _sgd;
    private readonly Shape _shape;
    private readonly byte[] _images;
    private readonly int[] _labels;
    private readonly ImageNormalization _normalization;
    private FrozenNetwork? _frozen;

    /// <summary>Prepares the batch; the network stays the caller's.</summary>
    public NetworkStep(Network network, int batch)
    {
        _network = network;
        _shape = network.ImageShape.WithN(batch);
        Tape = new Tape(network.Device);
        _sgd = new Sgd(ParameterGroups.FromRecipe(network.Parameters, WeightDecay), LearningRate);
        _images = new byte[_shape.Count];
        _labels = new int[batch];
        for (var i = 0; i < _images.Length; i++)
        {
            _images[i] = (byte)Philox.UInt32(1, 0, (ulong)i);
        }

        for (var i = 0; i < batch; i++)
        {
            _labels[i] = Philox.Below(network.OutputShape.C, 1, 1, (ulong)i);
        }

        // Uniform bytes: mean 1/2, variance 1/12.
        var mean = new float[_shape.C];
        var deviation = new float[_shape.C];
        Array.Fill(mean, 0.5f);
        Array.Fill(deviation, MathF.Sqrt(1f / 12));
        _normalization = new ImageNormalization(mean, deviation);
    }

    /// <summary>The tape that the steps run on.</summary>
    public Tape Tape { get; }

    /// <summary>Whether a training step looks for non-finite gradients, as the engine's trainer does and the peer does not.</summary>
    public bool ChecksGradients { get; init; }

    /// <summary>Forward, mean cross-entropy, backward, SGD with Nesterov momentum and weight decay.</summary>
    public void Train()
    {
        Differentiate();
        Update();
    }

    /// <summary>The first part of <see cref="Train"/>: all but the update.</summary>
    public void Differentiate()
    {
        using (Tape.BeginStep(training: true))
        {
            var logits = _network.Forward(Tape, Images());
            var loss = Tape.CrossEntropy(logits, Tape.Input(_labels)).Loss;
            Tape.Release(logits);
            Tape.Backward(loss);
        }

        if (ChecksGradients && _sgd.FindNonFiniteGradient() is { } bad)
        {
            throw new NonFiniteException($"The gradient of {bad} is not finite.");
        }
    }

    /// <summary>The second part of <see cref="Train"/>.</summary>
    public void Update()
    {
        _sgd.Update();
        _sgd.ZeroGradients();
    }

    /// <summary>The forward pass of the network as it is served: frozen, as it was at the first call.</summary>
    public void Infer()
    {
        _frozen ??= _network.Freeze();
        using (Tape.BeginStep(training: false))
        {
            _frozen.Forward(Tape, Images());
        }
    }

    public void Dispose()
    {
        _sgd.Dispose();
        _frozen?.Dispose();
        Tape.Dispose();
    }

    private Tensor Images()
    {
        var bytes = Tape.Input(_images, _shape);
        var x = Tape.Images(bytes, Tensor.None, new ImageArguments(_normalization));
        Tape.Release(bytes);
        return x;
    }
}
