using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;

namespace Recede.Engine.Tests.Nn;

/// <summary>A module may return its input itself, as dropout does in evaluation: containers must not release it then.</summary>
[TestFixture]
internal sealed class ContainerTests
{
    private static readonly Shape Size = new(1, 1, 1, 3);

    [Test]
    public void A_shortcut_that_is_its_input_leaves_the_input_to_its_owner() => Check(
        new Residual("block", new Relu("block.relu"), new Dropout("block.shortcut", 0.5f)), [-1, 4, 6]);

    [Test]
    public void A_body_that_is_its_input_leaves_the_input_to_its_owner() => Check(
        new Residual("block", new Dropout("block.body", 0.5f), new Relu("block.relu")), [-1, 4, 6]);

    private static void Check(Module block, float[] expected)
    {
        using var device = Device.Cpu(1);
        using var tape = new Tape(device);
        using var step = tape.BeginStep(training: false);
        var x = tape.Input([-1f, 2f, 3f], Size);
        var y = new Concat("both", block, new Relu("relu")).Forward(tape, x);
        Assert.That(y.ToArray(), Is.EqualTo(expected.Concat([0, 2, 3])));
        Assert.That(x.ToArray(), Is.EqualTo(new float[] { -1, 2, 3 }));
    }
}
