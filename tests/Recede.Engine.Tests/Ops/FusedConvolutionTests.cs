using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Ops;

/// <summary>In inference a convolution adds a residual and rectifies; against the double-precision oracle of the op's rows.</summary>
[TestFixture(CpuTestDevice.Name, Category = InstructionSets.Category)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class FusedConvolutionTests(string device) : DeviceFixture(device)
{
    [Test]
    public void Adds_and_rectifies_against_the_oracle(
        [Values(1, 3, 15)] int groups, [Values] bool bias, [Values] bool residual, [Values] bool relu)
    {
        var (x, weight) = (new Shape(2, 5, 4, 15), new Shape(30, 3, 3, 15 / groups));
        var args = Conv2dArguments.Square(padding: 1, groups: groups) with { Relu = relu };
        var to = x.WithC(weight.N);
        var random = new Random(groups);
        var operands = new[] { x, weight, Shape.Vector(weight.N), to }
            .Select(shape => Enumerable.Range(0, (int)shape.Count).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray()).ToArray();
        var wide = operands.Select(values => Array.ConvertAll(values, v => (double)v)).ToArray();
        var expected = ConvolutionCases.Convolved(bias ? wide[..3] : wide[..2], x, weight, args);
        for (var i = 0; i < expected.Length; i++)
        {
            expected[i] += residual ? wide[3][i] : 0;
            expected[i] = relu ? Math.Max(expected[i], 0) : expected[i];
        }

        using var opened = Kind.Open();
        using var w = new Parameter(opened, "w", ParameterRole.Weight, weight);
        using var b = new Parameter(opened, "b", ParameterRole.Bias, Shape.Vector(weight.N));
        w.Set(operands[1]);
        b.Set(operands[2]);
        using var tape = new Tape(opened);
        using var step = tape.BeginStep(training: false);
        var added = residual ? tape.Input(operands[3], to) : Tensor.None;
        var y = tape.Conv2d(tape.Input(operands[0], x), tape.Bind(w), bias ? tape.Bind(b) : Tensor.None, args, added);
        TensorAssert.AreClose(y.ToArray(), expected, 1e-5, 1e-6, "y");
        Kind.CheckPadding(opened, tape.SlotOf(y).Address, to, TensorLayout.Activation, "padding of y");
        if (residual)
        {
            TensorAssert.AreSameBits(added.ToArray(), operands[3], "the residual afterwards");
        }
    }
}
