using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Ops;
using Recede.Engine.Optim;
using Recede.Engine.Pruning;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Cuda;

/// <summary>
/// The smallest training that uses what a training uses: augmented images, two convolutions with bounded norms, a pool, a linear
/// layer, cross-entropy, a penalty, SGD with momentum, a shrink. Its state can be put back, as one does who tries a failed step
/// again: a step that failed half-way has moved running statistics.
/// </summary>
internal sealed class TinyTraining : IDisposable
{
    public const int Size = 4;
    public const int Classes = 3;

    private const int Batch = 2;

    private static readonly ImageNormalization Normalization = new([0.4f, 0.5f, 0.6f], [0.2f, 0.3f, 0.25f]);
    private static readonly PolarisingPenalty Penalty = new(Lambda: 0.01f, Shift: 1);

    private readonly Tape _tape;
    private readonly Sgd _sgd;

    /// <summary>Makes the network.</summary>
    /// <param name="tape">The tape that its steps run on; the caller's.</param>
    public TinyTraining(Tape tape)
    {
        _tape = tape;
        Network = Create(tape.Device);
        _sgd = new Sgd(ParameterGroups.FromRecipe(Network.Parameters, weightDecay: 1e-3f), learningRate: 0.1f, momentum: 0.9f, nesterov: true);
    }

    public Network Network { get; }

    public static Network Create(Engine.Devices.Device device) => Vgg.Cifar(
        "tiny", device, [5, 0, 8], new NetworkOptions { Height = Size, Width = Size, Classes = Classes, Norm = Norm.Bounded, Seed = 3 });

    /// <summary>One whole step; returns once the device has done it.</summary>
    public void Step(int number)
    {
        _sgd.ZeroGradients();
        _tape.StepNumber = (ulong)number;
        Span<byte> images = stackalloc byte[Batch * Size * Size * 3];
        for (var i = 0; i < images.Length; i++)
        {
            images[i] = (byte)Philox.UInt32(11, (ulong)number, (ulong)i);
        }

        using (_tape.BeginStep(training: true))
        {
            var bytes = _tape.Input(images, new Shape(Batch, Size, Size, 3));
            var x = _tape.Images(bytes, _tape.Input([number, number + 1]), new ImageArguments(Normalization, 1, true, 5, 0));
            _tape.Release(bytes);
            var loss = _tape.CrossEntropy(Network.Forward(_tape, x), _tape.Input([number % Classes, 1])).Loss;
            _tape.Backward(_tape.Add(loss, Penalty.On(_tape, Network)));
        }

        Assert.That(_sgd.FindNonFiniteGradient(), Is.Null);
        _sgd.Update();
        _tape.Device.Synchronize();
    }

    /// <summary>Takes half of the channels away.</summary>
    public void Prune()
    {
        OneShot.Plan(Network, 0.5).Apply(Network);
        _tape.Arena.Trim();
    }

    /// <summary>Values and momentum of every parameter; null where there is no momentum yet.</summary>
    public List<(float[] Value, float[]? Momentum)> State() =>
    [
        .. Network.Parameters.Select(p => (p.ToArray(), p.HasCompanion(Sgd.MomentumBuffer) ? p.CompanionToArray(Sgd.MomentumBuffer) : null)),
    ];

    /// <summary>Puts a state back.</summary>
    public void Restore(List<(float[] Value, float[]? Momentum)> state)
    {
        for (var i = 0; i < state.Count; i++)
        {
            var parameter = Network.Parameters[i];
            parameter.Set(state[i].Value);
            if (state[i].Momentum is { } momentum)
            {
                var buffer = parameter.CompanionBuffer(Sgd.MomentumBuffer);
                parameter.Device.Upload(momentum, parameter.Shape, parameter.Layout, buffer.Address);
            }
            else
            {
                parameter.DropCompanion(Sgd.MomentumBuffer);
            }
        }
    }

    public void Dispose()
    {
        _sgd.Dispose();
        Network.Dispose();
    }
}
