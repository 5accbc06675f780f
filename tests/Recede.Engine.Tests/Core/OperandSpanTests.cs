using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Tests.Core;

/// <summary>An own op without pointers stays inside its operands, whatever it is given.</summary>
[TestFixture]
internal sealed class OperandSpanTests
{
    [Test]
    public void Bytes_are_no_floats_and_an_absent_operand_is_empty()
    {
        using var device = Device.Cpu(1);
        using var tape = new Tape(device);
        using var step = tape.BeginStep(training: false);
        tape.Scope = "stem";
        var bytes = tape.Input(new byte[48], new Shape(1, 4, 4, 3));
        Assert.That(
            () => tape.Record(SumRule.Instance, 0, [bytes, bytes]),
            Throws.ArgumentException.With.Message.EqualTo("Sum stem: images [1,4,4,3] holds UInt8, not floats."));
        var x = tape.Input([1f, 2f, 3f], Shape.Vector(3));
        Assert.That(tape.Record(SumRule.Instance, 0, [x, Tensor.None]).Item(), Is.EqualTo(6));
    }

    private sealed class SumRule() : CpuOpRule<int>("Sum")
    {
        public static readonly SumRule Instance = new();

        public override int Infer(in OpShapes inputs, in int args, Span<OutputSpec> outputs)
        {
            outputs[0] = new OutputSpec(Shape.Scalar);
            return 1;
        }

        public override SavedValues Saves(in int args) => SavedValues.None;

        protected override void ForwardCpu(in CpuOpContext context, in int args)
        {
            var y = context.OutputSpan(0);
            y.Clear();
            foreach (var value in context.InputSpan(0))
            {
                y[0] += value;
            }

            foreach (var value in context.InputSpan(1))
            {
                y[0] += value;
            }
        }

        protected override void BackwardCpu(in CpuOpContext context, in int args) =>
            throw new NotSupportedException("Only evaluated.");
    }
}
