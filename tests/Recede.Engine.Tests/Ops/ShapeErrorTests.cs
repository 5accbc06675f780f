using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Ops;

namespace Recede.Engine.Tests.Ops;

/// <summary>Operands that do not fit are refused with the op, the layer, what was expected and what came.</summary>
[TestFixture]
public sealed class ShapeErrorTests
{
    private CpuDevice _device = null!;
    private Tape _tape = null!;
    private StepScope _step;

    [SetUp]
    public void Begin()
    {
        _device = Device.Cpu(1);
        _tape = new Tape(_device);
        _step = _tape.BeginStep(training: true);
        _tape.Scope = "layer2.0.conv1";
    }

    [TearDown]
    public void End()
    {
        _step.Dispose();
        _tape.Dispose();
        _device.Dispose();
    }

    [Test]
    public void Conv2d_counts_channels() => Refused(
        () => Convolve(new(8, 16, 16, 31), new(64, 3, 3, 32), Conv2dArguments.Square(padding: 1)),
        "Conv2d layer2.0.conv1: weight [64,3,3,32] reads 32 channels, x [8,16,16,31] has 31");

    [Test]
    public void Conv2d_counts_channels_of_groups() => Refused(
        () => Convolve(new(1, 4, 4, 31), new(64, 3, 3, 8), Conv2dArguments.Square(groups: 4)),
        "Conv2d layer2.0.conv1: weight [64,3,3,8] in 4 groups reads 32 channels, x [1,4,4,31] has 31");

    [Test]
    public void Conv2d_divides_filters_among_groups() => Refused(
        () => Convolve(new(1, 4, 4, 4), new(6, 3, 3, 1), Conv2dArguments.Square(groups: 4)),
        "Conv2d layer2.0.conv1: weight [6,3,3,1] has 6 filters, which 4 groups do not divide");

    [TestCase(0, 3)]
    [TestCase(6, 0)]
    public void Conv2d_and_Linear_want_a_weight_with_channels(int filters, int channels)
    {
        Refused(
            () => Convolve(new(1, 4, 9, channels), new(filters, 3, 3, channels), Conv2dArguments.Square()),
            $"Conv2d layer2.0.conv1: weight [{filters},3,3,{channels}] must have a filter, a tap and an input channel at least");
        using var weight = new Parameter(_device, "weight", ParameterRole.Weight, new Shape(filters, 1, 1, channels));
        Refused(
            () => _tape.Linear(Zeros(new(2, 1, 1, channels)), _tape.Bind(weight), Tensor.None),
            $"Linear layer2.0.conv1: weight [{filters},1,1,{channels}] must have a filter, a tap and an input channel at least");
    }

    [Test]
    public void Conv2d_fits_its_kernel() => Refused(
        () => Convolve(new(1, 4, 9, 3), new(6, 3, 3, 3), Conv2dArguments.Square(dilation: 2)),
        "Conv2d layer2.0.conv1: weight [6,3,3,3] with dilation 2x2 does not fit into x [1,4,9,3] with padding 0x0");

    [TestCase(0, 0, 1, 1, "stride must be 1 or more, got 0x0")]
    [TestCase(1, -1, 1, 1, "padding must be 0 or more, got -1x-1")]
    [TestCase(1, 0, 0, 1, "dilation must be 1 or more, got 0x0")]
    [TestCase(1, 0, 1, 0, "groups must be 1 or more, got 0")]
    public void Conv2d_checks_its_arguments(int stride, int padding, int dilation, int groups, string message) => Refused(
        () => Convolve(new(1, 4, 4, 3), new(6, 3, 3, 3), Conv2dArguments.Square(stride, padding, dilation, groups)),
        "Conv2d layer2.0.conv1: " + message);

    [Test]
    public void Conv2d_leaves_residual_and_relu_of_a_training_step_to_the_norm([Values] bool relu) => Refused(
        () => Convolve(
            new(1, 4, 4, 3), new(6, 1, 1, 3), Conv2dArguments.Square() with { Relu = relu }, residual: relu ? Tensor.None : Zeros(new(1, 4, 4, 6))),
        "Conv2d layer2.0.conv1: adds a residual and rectifies in inference only; in training the norm that follows does");

    [Test]
    public void Conv2d_measures_its_residual()
    {
        _step.Dispose();
        _step = _tape.BeginStep(training: false);
        Refused(
            () => Convolve(new(1, 4, 4, 3), new(6, 1, 1, 3), Conv2dArguments.Square(), residual: Zeros(new(1, 4, 4, 5))),
            "Conv2d: residual must have the shape of y [1,4,4,6], got [1,4,4,5]");
    }

    [Test]
    public void Conv2d_measures_its_bias()
    {
        using var bias = new Parameter(_device, "bias", ParameterRole.Bias, Shape.Vector(5));
        Refused(
            () => Convolve(new(1, 4, 4, 3), new(6, 3, 3, 3), Conv2dArguments.Square(), bias),
            "Conv2d layer2.0.conv1: bias [1,1,1,5] must be [1,1,1,6] for weight [6,3,3,3]");
    }

    [Test]
    public void Conv2d_reads_only_weights_as_filters()
    {
        var x = Zeros(new(1, 4, 4, 3));
        Refused(
            () => _tape.Conv2d(x, Zeros(new(6, 3, 3, 3)), Tensor.None, Conv2dArguments.Square()),
            "Conv2d layer2.0.conv1: weight must be a bound parameter of the weight role, got [6,3,3,3] of Float32 in the Activation layout");
        var bytes = _tape.Input(new byte[48], new Shape(1, 4, 4, 3));
        Refused(() => _tape.Relu(bytes), "Relu layer2.0.conv1: x must be a float activation, got [1,4,4,3] of UInt8 in the Dense layout");
    }

    [Test]
    public void Linear_wants_flat_rows_that_fit()
    {
        using var weight = new Parameter(_device, "weight", ParameterRole.Weight, new Shape(10, 1, 1, 64));
        using var kernel = new Parameter(_device, "weight", ParameterRole.Weight, new Shape(10, 1, 2, 64));
        var bound = _tape.Bind(weight);
        Refused(
            () => _tape.Linear(Zeros(new(2, 2, 1, 32)), bound, Tensor.None),
            "Linear layer2.0.conv1: x must be [N,1,1,in], got [2,2,1,32]; flatten it first");
        Refused(
            () => _tape.Linear(Zeros(new(2, 1, 1, 65)), bound, Tensor.None),
            "Linear layer2.0.conv1: weight [10,1,1,64] reads 64 features, x [2,1,1,65] has 65");
        Refused(
            () => _tape.Linear(Zeros(new(2, 1, 1, 64)), _tape.Bind(kernel), Tensor.None),
            "Linear layer2.0.conv1: weight must be [out,1,1,in], got [10,1,2,64]");
    }

    [Test]
    public void Add_wants_one_shape() => Refused(
        () => _tape.Add(Zeros(new(1, 2, 2, 3)), Zeros(new(1, 2, 2, 4))),
        "Add layer2.0.conv1: a [1,2,2,3] and b [1,2,2,4] must have one shape");

    [Test]
    public void Concat_wants_parts_alike_but_for_channels()
    {
        Refused(
            () => _tape.Concat(Zeros(new(1, 2, 2, 3)), Zeros(new(1, 2, 3, 3))),
            "Concat layer2.0.conv1: part 1 [1,2,3,3] and part 0 [1,2,2,3] must agree in all but channels");
        Refused(() => _tape.Concat(), "Concat layer2.0.conv1: expected one tensor or more, got none");
    }

    [Test]
    public void A_channel_map_reads_only_what_is_there()
    {
        Refused(
            () => _tape.ChannelMap(Zeros(new(1, 2, 2, 3)), new ChannelIndexMap([0, 3])),
            "ChannelMap layer2.0.conv1: the map reads 4 channels, x [1,2,2,3] has 3");
        Assert.That(() => new ChannelIndexMap([]), Throws.ArgumentException);
        Assert.That(() => new ChannelIndexMap([0, -2]), Throws.ArgumentException.With.Message.Contain("entry 1 is -2"));
        Assert.That(
            () => _tape.ChannelMap(Zeros(new(1, 2, 2, 3)), new ChannelIndexMap([0]), 0), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static void Refused(Action call, string message) =>
        Assert.That(call, Throws.TypeOf<ShapeMismatchException>().With.Message.EqualTo(message));

    private Tensor Zeros(Shape shape) => _tape.Input(new float[shape.Count], shape);

    private void Convolve(Shape x, Shape weight, Conv2dArguments args, Parameter? bias = null, Tensor residual = default)
    {
        using var filter = new Parameter(_device, "weight", ParameterRole.Weight, weight);
        _tape.Conv2d(Zeros(x), _tape.Bind(filter), bias is null ? Tensor.None : _tape.Bind(bias), args, residual);
    }
}
