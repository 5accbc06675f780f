using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Engine.Tests.Core;

/// <summary>An observer hears of every op once each way, in the order in which they run.</summary>
[TestFixture]
internal sealed class TapeObserverTests
{
    [Test]
    public void EveryOpIsToldBothWaysWithItsLayer()
    {
        using var device = Device.Cpu(1);
        using var tape = new Tape(device);
        var log = new Log();
        tape.Observer = log;
        using (tape.BeginStep(training: true))
        {
            var x = tape.Input([-1, 2, 3, -4, 5], Shape.Vector(5), needsGradient: true);
            tape.Scope = "layer1.relu";
            var y = tape.Relu(x);
            tape.Scope = "head";
            tape.Backward(tape.CrossEntropy(y, tape.Input([2])).Loss);
        }

        Assert.That(log.Lines, Is.EqualTo(new[]
        {
            "> Relu layer1.relu forward", "< Relu layer1.relu forward",
            "> CrossEntropy head forward", "< CrossEntropy head forward",
            "> CrossEntropy head backward", "< CrossEntropy head backward",
            "> Relu layer1.relu backward", "< Relu layer1.relu backward",
        }));
    }

    private sealed class Log : ITapeObserver
    {
        public List<string> Lines { get; } = [];

        public void BeforeOp(OpRule rule, string scope, bool backward) => Add('>', rule, scope, backward);

        public void AfterOp(OpRule rule, string scope, bool backward) => Add('<', rule, scope, backward);

        private void Add(char mark, OpRule rule, string scope, bool backward) =>
            Lines.Add($"{mark} {rule.Name} {scope} {(backward ? "backward" : "forward")}");
    }
}
