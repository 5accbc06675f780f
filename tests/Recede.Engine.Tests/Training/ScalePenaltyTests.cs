using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Ops;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Training;

/// <summary>A penalty acts on the scales that it is defined for, and on no others.</summary>
[TestFixture]
internal sealed class ScalePenaltyTests
{
    private static IEnumerable<ScalePenalty> Penalties => [new PolarisingPenalty(0.5f, 1), new L1Penalty(0.5f)];

    [TestCaseSource(nameof(Penalties))]
    public void ANetworkOfBothKindsOfNormIsPulledAtThoseOfOne(ScalePenalty penalty)
    {
        using var device = Device.Cpu(1);
        var images = new ChannelSpace("images", 3, prunable: false);
        var (bounded, plain) = (new BoundedBatchNorm(device, "bounded", images, relu: false, 4), new BatchNorm(device, "plain", images, relu: false));
        using var network = new Network("both", device, new Sequential("", bounded, plain), new Shape(1, 2, 2, 3));
        var (mine, other) = penalty is L1Penalty ? (plain.Scale, bounded.Scale) : (bounded.Scale, plain.Scale);
        using var tape = new Tape(device);
        using var step = tape.BeginStep(training: true);
        var value = penalty.On(tape, network);
        Assert.That(value.ToArray(), Is.EqualTo(penalty.Apply(tape, [tape.Bind(mine)]).ToArray()));
        tape.Backward(value);
        Assert.That(mine.HasGradient);
        Assert.That(other.HasGradient, Is.False);
    }

    [TestCaseSource(nameof(Penalties))]
    public void ANetworkWithoutSuchANormIsRefusedAndNamed(ScalePenalty penalty)
    {
        using var device = Device.Cpu(1);
        var options = new NetworkOptions { Height = 12, Width = 12, Norm = penalty is L1Penalty ? Norm.Bounded : Norm.Plain };
        using var network = Vgg.Cifar("tiny-vgg", device, [8], options);
        using var tape = new Tape(device);
        using var step = tape.BeginStep(training: true);
        var error = Assert.Throws<ArgumentException>(() => penalty.On(tape, network))!;
        Assert.That(error.Message, Does.Contain(penalty.GetType().Name).And.Contain("tiny-vgg"));
    }
}
