using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Core;

[TestFixture]
public sealed class ParameterTests
{
    private CpuDevice _device = null!;

    [SetUp]
    public void MakeDevice() => _device = Device.Cpu(1);

    [TearDown]
    public void FreeDevice()
    {
        Assert.That(_device.LiveBytes, Is.Zero, "bytes that nobody freed");
        _device.Dispose();
    }

    [Test]
    public void A_filter_shrinks_in_value_gradient_and_companions_together()
    {
        var shape = new Shape(37, 3, 2, 19);
        using var filter = new Parameter(_device, "conv.weight", ParameterRole.Weight, shape);
        var value = Numbered(shape, 1);
        var gradient = Numbered(shape, 2);
        var momentum = Numbered(shape, 3);
        filter.Set(value);
        _device.Upload(gradient, shape, filter.Layout, filter.Gradient.Address);
        filter.HasGradient = true;
        _device.Upload(momentum, shape, filter.Layout, filter.CompanionBuffer("momentum").Address);
        var held = filter.HeldBytes;
        var version = filter.Version;

        int[] outs = [0, 5, 15, 16, 36];
        int[] ins = [1, 2, 17];
        using (var shrink = filter.PrepareShrink(outs, ins))
        {
            shrink.Commit();
        }

        Assert.That(filter.Shape, Is.EqualTo(new Shape(5, 3, 2, 3)));
        TensorAssert.AreSameBits(filter.ToArray(), Gathered(value, shape, outs, ins), "value");
        TensorAssert.AreSameBits(filter.GradientToArray(), Gathered(gradient, shape, outs, ins), "gradient");
        TensorAssert.AreSameBits(filter.CompanionToArray("momentum"), Gathered(momentum, shape, outs, ins), "momentum");
        Assert.That(filter.Version, Is.GreaterThan(version));
        Assert.That(filter.Bytes, Is.EqualTo(16 * 3 * 2 * 3 * sizeof(float)));
        Assert.That(filter.HeldBytes, Is.EqualTo(3 * filter.Bytes));
        Assert.That(filter.HeldBytes, Is.LessThan(held));
        Assert.That(_device.LiveBytes, Is.EqualTo(filter.HeldBytes));
        CheckPadding(filter.Value, filter);
        CheckPadding(filter.Gradient, filter);
        CheckPadding(filter.CompanionBuffer("momentum"), filter);
    }

    [TestCase("")]
    [TestCase("adam/m")]
    public void A_companion_that_no_checkpoint_could_hold_is_refused(string name)
    {
        using var mine = new Parameter(_device, "mine", ParameterRole.Weight, Shape.Vector(3));
        Assert.That(() => mine.CompanionBuffer(name), Throws.ArgumentException);
        Assert.That(() => mine.SetCompanion(name, [1, 2, 3]), Throws.ArgumentException);
        Assert.That(mine.CompanionNames, Is.Empty);
    }

    [Test]
    public void Companions_taken_over_are_those_of_the_other_and_no_more()
    {
        var shape = Shape.Vector(3);
        using var mine = new Parameter(_device, "norm.weight", ParameterRole.Scale, shape);
        using var other = new Parameter(_device, "norm.weight", ParameterRole.Scale, shape);
        _device.Upload([1, 2, 3], shape, mine.Layout, mine.CompanionBuffer("momentum").Address);
        _device.Upload([4, 5, 6], shape, other.Layout, other.CompanionBuffer("moments").Address);
        other.Set([7, 8, 9]);

        mine.CopyFrom(other);
        Assert.That(mine.ToArray(), Is.EqualTo(new float[] { 7, 8, 9 }));
        Assert.That(mine.CompanionToArray("momentum"), Is.EqualTo(new float[] { 1, 2, 3 }));
        mine.CopyFrom(other, companions: true);
        Assert.That(mine.HasCompanion("momentum"), Is.False);
        Assert.That(mine.CompanionToArray("moments"), Is.EqualTo(new float[] { 4, 5, 6 }));
        Assert.That(mine.HeldBytes, Is.EqualTo(2 * mine.Bytes));
    }

    [Test]
    public void A_vector_shrinks_by_its_output_channels()
    {
        using var bias = new Parameter(_device, "conv.bias", ParameterRole.Bias, Shape.Vector(21));
        var value = Numbered(bias.Shape, 1);
        bias.Set(value);
        using (var shrink = bias.PrepareShrink([3, 18, 20], []))
        {
            shrink.Commit();
            shrink.Commit();
        }

        Assert.That(bias.Shape, Is.EqualTo(Shape.Vector(3)));
        TensorAssert.AreSameBits(bias.ToArray(), (float[])[value[3], value[18], value[20]], "value");
        CheckPadding(bias.Value, bias);
    }

    [Test]
    public void Empty_lists_keep_everything()
    {
        using var filter = new Parameter(_device, "conv.weight", ParameterRole.Weight, new Shape(4, 1, 1, 3));
        var value = Numbered(filter.Shape, 1);
        filter.Set(value);
        using (var shrink = filter.PrepareShrink([], []))
        {
            shrink.Commit();
        }

        TensorAssert.AreSameBits(filter.ToArray(), value, "value");
    }

    [Test]
    public void A_shrink_that_is_not_committed_changes_nothing()
    {
        using var filter = new Parameter(_device, "conv.weight", ParameterRole.Weight, new Shape(40, 1, 1, 3));
        var value = Numbered(filter.Shape, 1);
        filter.Set(value);
        _ = filter.CompanionBuffer("momentum");
        var before = _device.LiveBytes;
        var version = filter.Version;
        var address = filter.Value.Address;
        using (var shrink = filter.PrepareShrink([1, 2], [0]))
        {
            Assert.That(shrink.Shape, Is.EqualTo(new Shape(2, 1, 1, 1)));
            Assert.That(_device.LiveBytes, Is.GreaterThan(before));
        }

        Assert.That(_device.LiveBytes, Is.EqualTo(before));
        Assert.That(filter.Shape, Is.EqualTo(new Shape(40, 1, 1, 3)));
        Assert.That(filter.Version, Is.EqualTo(version));
        Assert.That(filter.Value.Address, Is.EqualTo(address));
        TensorAssert.AreSameBits(filter.ToArray(), value, "value");
    }

    [TestCase(new[] { 2, 1 }, 1, "output channels", "entry 1 is 1")]
    [TestCase(new[] { 2, 2 }, 1, "output channels", "entry 1 is 2")]
    [TestCase(new[] { 0, 4 }, 1, "output channels", "entry 1 is 4")]
    [TestCase(new[] { -1, 0 }, 1, "output channels", "entry 0 is -1")]
    [TestCase(new[] { 3 }, 0, "input channels", "entry 0 is 3")]
    public void Bad_lists_are_refused_by_name(int[] kept, int isOutput, string side, string entry)
    {
        using var filter = new Parameter(_device, "layer1.conv.weight", ParameterRole.Weight, new Shape(4, 1, 1, 3));
        Assert.That(
            () => isOutput == 1 ? filter.PrepareShrink(kept, []) : filter.PrepareShrink([], kept),
            Throws.ArgumentException.With.Message.Contain("layer1.conv.weight [4,1,1,3]").And.Message.Contain(side).And.Message.Contain(entry));
        Assert.That(_device.LiveBytes, Is.EqualTo(filter.HeldBytes));
    }

    [Test]
    public void Spaces_must_have_the_channels_of_the_shape()
    {
        var space = new ChannelSpace("stem", 8);
        Assert.That(
            () => new Parameter(_device, "conv.weight", ParameterRole.Weight, new Shape(9, 3, 3, 3), space),
            Throws.ArgumentException.With.Message.Contain("conv.weight").And.Message.Contain("stem(8)"));
        Assert.That(
            () => new Parameter(_device, "conv.weight", ParameterRole.Weight, new Shape(8, 3, 3, 3), space, space),
            Throws.ArgumentException.With.Message.Contain("input space"));
        Assert.That(
            () => new Parameter(_device, "norm.scale", ParameterRole.Scale, new Shape(1, 2, 1, 8)),
            Throws.ArgumentException.With.Message.Contain("vector"));
    }

    [Test]
    public void Running_statistics_have_no_gradient()
    {
        using var mean = new Parameter(_device, "norm.mean", ParameterRole.RunningMean, Shape.Vector(3));
        Assert.That(mean.Trainable, Is.False);
        Assert.That(() => mean.Gradient, Throws.InvalidOperationException.With.Message.Contain("norm.mean"));
    }

    [Test]
    public void A_gradient_that_was_never_given_reads_as_zero()
    {
        using var bias = new Parameter(_device, "bias", ParameterRole.Bias, Shape.Vector(3));
        Assert.That(bias.GradientToArray(), Is.All.Zero);
        Assert.That(bias.CompanionToArray("momentum"), Is.All.Zero);
        Assert.That(bias.HeldBytes, Is.EqualTo(bias.Bytes), "nothing was made by asking");
    }

    [Test]
    public void A_dropped_companion_frees_its_memory_and_starts_anew()
    {
        using var bias = new Parameter(_device, "bias", ParameterRole.Bias, Shape.Vector(3));
        _device.Upload([1, 2, 3], bias.Shape, bias.Layout, bias.CompanionBuffer("momentum").Address);
        Assert.That(bias.CompanionToArray("momentum"), Is.EqualTo(new float[] { 1, 2, 3 }));
        bias.DropCompanion("momentum");
        Assert.That(bias.HasCompanion("momentum"), Is.False);
        Assert.That(_device.LiveBytes, Is.EqualTo(bias.Bytes));
    }

    private static float[] Numbered(Shape shape, int start)
    {
        var values = new float[shape.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = start * 10_000 + i;
        }

        return values;
    }

    private static float[] Gathered(float[] values, Shape shape, int[] outs, int[] ins)
    {
        var gathered = new List<float>();
        foreach (var o in outs)
        {
            for (var tap = 0; tap < shape.H * shape.W; tap++)
            {
                foreach (var i in ins)
                {
                    gathered.Add(values[(o * shape.H * shape.W + tap) * shape.C + i]);
                }
            }
        }

        return [.. gathered];
    }

    // Uploading the logical values into clean memory gives the same bytes only if the padding is zero.
    private void CheckPadding(DeviceBuffer buffer, Parameter parameter)
    {
        var logical = new float[parameter.Shape.Count];
        _device.Download(buffer.Address, parameter.Shape, parameter.Layout, logical);
        var actual = new byte[parameter.Bytes];
        _device.DownloadBytes(buffer.Address, actual);
        using var clean = _device.Allocate(parameter.Bytes);
        _device.Upload(logical, parameter.Shape, parameter.Layout, clean.Address);
        var expected = new byte[parameter.Bytes];
        _device.DownloadBytes(clean.Address, expected);
        Assert.That(actual, Is.EqualTo(expected));
    }
}
