using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Ops;

/// <summary>Conv2d and linear against PyTorch: outputs and all gradients.</summary>
[TestFixture(CpuTestDevice.Name, Category = InstructionSets.Category)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class ConvolutionGoldenTests(string device) : DeviceFixture(device)
{
    // PyTorch computed in float64 on numbers that float32 holds; what is left is this engine's own rounding.
    private const double Relative = 2e-6;

    private static IEnumerable<TestCaseData> Cases()
    {
        foreach (var file in (string[])["conv2d.json", "conv2d_groups.json", "linear.json"])
        {
            foreach (var name in Golden.Load(file).Cases)
            {
                yield return new TestCaseData(file, name);
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public void Agrees_with_PyTorch(string file, string name)
    {
        var golden = Golden.Load(file);
        using var device = Kind.Open();
        using var weight = Load(device, golden, $"{name}.weight", ParameterRole.Weight);
        using var bias = golden.Has($"{name}.bias") ? Load(device, golden, $"{name}.bias", ParameterRole.Bias) : null;
        using var tape = new Tape(device);
        using var step = tape.BeginStep(training: true);
        var x = tape.Input(golden.Floats($"{name}.x"), ShapeOf(golden, $"{name}.x"), needsGradient: true);
        var boundBias = bias is null ? Tensor.None : tape.Bind(bias);
        var y = file == "linear.json"
            ? tape.Linear(x, tape.Bind(weight), boundBias)
            : tape.Conv2d(x, tape.Bind(weight), boundBias, Arguments(golden, name));
        Assert.That(y.Shape, Is.EqualTo(ShapeOf(golden, $"{name}.y")));
        TensorAssert.AreClose(y.ToArray(), golden.Doubles($"{name}.y"), Relative, what: "y");

        tape.Backward(WeightedSum.Of(tape, y, tape.Input(golden.Floats($"{name}.dy"), y.Shape)));
        var dx = new float[x.Shape.Count];
        tape.ReadGradient(x, dx);
        TensorAssert.AreClose(dx, golden.Doubles($"{name}.dx"), Relative, what: "dx");
        TensorAssert.AreClose(weight.GradientToArray(), golden.Doubles($"{name}.dweight"), Relative, what: "dweight");
        if (bias is not null)
        {
            TensorAssert.AreClose(bias.GradientToArray(), golden.Doubles($"{name}.dbias"), Relative, what: "dbias");
        }
    }

    private static Conv2dArguments Arguments(Golden golden, string name) => new(
        golden.Integer(name, "strideH"),
        golden.Integer(name, "strideW"),
        golden.Integer(name, "paddingH"),
        golden.Integer(name, "paddingW"),
        golden.Integer(name, "dilationH"),
        golden.Integer(name, "dilationW"),
        golden.Integer(name, "groups"),
        Moments: false);

    private static Parameter Load(Device device, Golden golden, string tensor, ParameterRole role)
    {
        var parameter = new Parameter(device, tensor, role, ShapeOf(golden, tensor));
        parameter.Set(golden.Floats(tensor));
        return parameter;
    }

    private static Shape ShapeOf(Golden golden, string tensor) => golden.Shape(tensor) switch
    {
        [var n, var h, var w, var c] => new Shape(n, h, w, c),
        [var outputs, var inputs] => new Shape(outputs, 1, 1, inputs),
        [var c] => Shape.Vector(c),
        var other => throw new InvalidDataException($"{tensor} has {other.Length} axes."),
    };
}
