using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Ops;

/// <summary>The harness finds every fault that is planted in an op, and none in a sound one.</summary>
[TestFixture]
public sealed class OpGradientHarnessTests
{
    private static readonly TestDevice Cpu = new CpuTestDevice();

    [Test]
    public void A_sound_op_passes() => OpGradientHarness.Check(Cpu, Row(Fault.None));

    [TestCase(Fault.Forward, "evaluation 0")]
    [TestCase(Fault.Gradient, "gradient of operand 0")]
    [TestCase(Fault.OutputPadding, "padding of output 0")]
    [TestCase(Fault.GradientPadding, "padding of the gradient of operand 0")]
    [TestCase(Fault.Overwrites, "accumulated gradient of operand 0")]
    [TestCase(Fault.Accumulates, "gradient of operand 0")]
    [TestCase(Fault.CountsThreads, "output 0 with 5 threads")]
    [TestCase(Fault.ForgetsGradient, "gradient of operand 0")]
    public void A_fault_is_found_and_named(Fault fault, string named) => Assert.That(
        () => OpGradientHarness.Check(Cpu, Row(fault)), Throws.TypeOf<AssertionException>().With.Message.Contain(named));

    [Test]
    public void A_value_read_but_not_saved_is_found() => Assert.That(
        () => OpGradientHarness.Check(Cpu, Row(Fault.ReadsUnsaved)), Throws.InvalidOperationException.With.Message.Contain("Tape.Keep"));

    private static OpCase Row(Fault fault)
    {
        var rule = new FaultyRule(fault);
        return new OpCase(
            fault.ToString(),
            [OpOperand.Activation(1, 1, 1, 3)],
            (tape, x) => tape.Record(rule, default, [x[0]]),
            x => Array.ConvertAll(x[0], v => v * v));
    }
}
