using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Ops;
using Recede.Engine.Pruning;
using Recede.Engine.Tests.Pruning;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Nn;

/// <summary>A frozen network computes what the network does in inference, whatever becomes of that afterwards.</summary>
internal sealed class FrozenNetworkTests
{
    /// <summary>
    /// Of the largest logit. Folding rounds each filter once more, by 2^-24 at most, and both passes round their sums: some hundred
    /// roundings over the up to 54 layers of these networks, of which many cancel (the largest difference measured is 11 of them).
    /// </summary>
    private const double Allowance = 300.0 / (1 << 24);

    [Test]
    [Pairwise]
    public void Logits_are_those_of_the_network(
        [ValueSource(typeof(SmallNetworks), nameof(SmallNetworks.Kinds))] string kind, [Values] Norm norm, [Values] bool pruned)
    {
        using var device = Device.Cpu(2);
        using var network = SmallNetworks.Create(kind, device, norm);
        foreach (var layer in network.Norms)
        {
            Initializer.Normal(layer.RunningMean, 0.3, 5);
            layer.RunningVariance.Set([.. layer.RunningMean.ToArray().Select(mean => 0.4f + Math.Abs(mean))]);
        }

        if (pruned)
        {
            OneShot.Plan(network, 0.5).Apply(network);
        }

        using var frozen = network.Freeze();
        Assert.That((frozen.ImageShape, frozen.OutputShape), Is.EqualTo((network.ImageShape, network.OutputShape)));
        foreach (var images in new[] { 1, 3 })
        {
            TensorAssert.AreClose(Logits(frozen, images), SmallNetworks.Logits(network, images), Allowance, what: $"{images} images");
        }
    }

    [TestCase("resnet-20")]
    [TestCase("resnet-18")]
    [TestCase("vgg-small")]
    public void Nothing_is_left_of_norms_additions_and_rectifiers(string name)
    {
        using var device = Device.Cpu(2);
        using var network = Networks.Create(name, device, new NetworkOptions());
        using var frozen = network.Freeze();
        using var tape = new Tape(device);
        var ops = new OpNames();
        tape.Observer = ops;
        using (tape.BeginStep(training: false))
        {
            frozen.Forward(tape, tape.Input(new float[frozen.ImageShape.Count], frozen.ImageShape));
        }

        Assert.That(ops.Names.Count(op => op == "Conv2d"), Is.EqualTo(network.Modules.OfType<Conv2d>().Count()));
        Assert.That(ops.Names.Distinct(), Is.SubsetOf(["Conv2d", "Linear", "ChannelMap", "MaxPool2d", "GlobalAveragePool"]));
    }

    [Test]
    public void A_norm_that_no_convolution_can_take_up_stays_one([Values] Norm norm)
    {
        using var device = Device.Cpu(2);
        using var network = EveryLayer(device, norm);
        using var frozen = network.Freeze();
        using var tape = new Tape(device);
        var ops = new OpNames();
        tape.Observer = ops;
        TensorAssert.AreClose(Logits(frozen, 3, tape), SmallNetworks.Logits(network), Allowance, what: "logits");
        Assert.That(ops.Names.Count(op => op == "BatchNorm"), Is.EqualTo(2), "behind a relu, and behind the concatenation");
    }

    [Test]
    public void Training_pruning_and_disposing_of_the_network_change_nothing([Values("vgg", "resnet")] string kind)
    {
        using var device = Device.Cpu(2);
        var network = SmallNetworks.Trained(kind, device, Norm.Bounded);
        using var frozen = network.Freeze();
        var expected = Logits(frozen, 2);
        using (var run = new StepRunner(network))
        {
            run.Step(11);
            OneShot.Plan(network, 0.5).Apply(network);
            run.Step(12);
            TensorAssert.AreSameBits(Logits(frozen, 2), expected, "after training and pruning");
        }

        network.Dispose();
        TensorAssert.AreSameBits(Logits(frozen, 2), expected, "after the network is gone");
    }

    [Test]
    public void The_network_stays_as_it_is()
    {
        using var device = Device.Cpu(2);
        using var network = SmallNetworks.Trained("resnet", device, Norm.Bounded);
        using var same = SmallNetworks.Trained("resnet", device, Norm.Bounded);
        network.Freeze().Dispose();
        using var run = new StepRunner(network);
        using var other = new StepRunner(same);
        Assert.That(run.Step(5), Is.EqualTo(other.Step(5)));
        for (var i = 0; i < same.Parameters.Count; i++)
        {
            TensorAssert.AreSameBits(network.Parameters[i].ToArray(), same.Parameters[i].ToArray(), same.Parameters[i].Path);
        }
    }

    [Test]
    public void Freezing_inside_a_training_step_takes_the_values_of_that_moment()
    {
        using var device = Device.Cpu(2);
        using var network = SmallNetworks.Trained("resnet", device, Norm.Bounded);
        using var tape = new Tape(device);
        var shape = network.ImageShape.WithN(2);
        using var step = tape.BeginStep(training: true);
        var logits = network.Forward(tape, tape.Input(StepRunner.Images(shape, 3), shape));
        tape.Backward(tape.CrossEntropy(logits, tape.Input([0, 1])).Loss);
        using var within = network.Freeze();
        step.Dispose();
        using var after = network.Freeze();
        TensorAssert.AreSameBits(Logits(within, 1), Logits(after, 1), "logits");
    }

    [Test]
    public void A_training_step_and_other_images_are_refused()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("vgg", device, Norm.Plain);
        using var frozen = network.Freeze();
        using var tape = new Tape(device);
        var error = Assert.Throws<ShapeMismatchException>(() => Logits(frozen, new Shape(1, 12, 11, 3), tape))!;
        Assert.That(error.Message, Is.EqualTo("vgg: takes images [1,12,12,3], got [1,12,11,3]."));
        using var step = tape.BeginStep(training: true);
        var x = tape.Input(new float[frozen.ImageShape.Count], frozen.ImageShape);
        Assert.That(
            Assert.Throws<InvalidOperationException>(() => frozen.Forward(tape, x))!.Message,
            Is.EqualTo("vgg is frozen, for inference alone: begin the step with training: false."));
    }

    [Test]
    public void A_mask_is_refused_and_leaves_nothing_behind()
    {
        using var device = Device.Cpu(1);
        using var network = SmallNetworks.Create("resnet", device, Norm.Bounded);
        OneShot.Plan(network, 0.5).Mask(network);
        var held = device.LiveBytes;
        var error = Assert.Throws<NotSupportedException>(() => network.Freeze().Dispose())!;
        Assert.That(error.Message, Does.Match("^BoundedBatchNorm layer.* is masked, and a mask is not frozen"));
        Assert.That(device.LiveBytes, Is.EqualTo(held));
    }

    [Test]
    public void A_layer_of_a_programs_own_is_its_own_frozen_form_unless_it_has_parameters([Values] bool hasParameter)
    {
        using var device = Device.Cpu(1);
        using var parameter = new Parameter(device, "own.weight", ParameterRole.Scale, Shape.Vector(3));
        var layer = new OwnLayer(hasParameter ? [parameter] : []);
        using var network = new Network("own", device, new Sequential("", layer, new GlobalAveragePool("pool")), new Shape(1, 2, 2, 3));
        if (hasParameter)
        {
            Assert.That(
                Assert.Throws<NotSupportedException>(() => network.Freeze().Dispose())!.Message,
                Is.EqualTo("OwnLayer own does not tell how it is frozen: its type overrides Module.Freeze for that."));
            return;
        }

        using var frozen = network.Freeze();
        TensorAssert.AreSameBits(Logits(frozen, 2), SmallNetworks.Logits(network, 2), "logits");
    }

    [Test]
    public void A_warm_pass_allocates_nothing_and_a_disposed_network_holds_nothing([Values("resnet", "vgg")] string kind)
    {
        using var device = Device.Cpu(2);
        using var network = SmallNetworks.Create(kind, device, Norm.Bounded);
        var held = device.LiveBytes;
        var frozen = network.Freeze();
        using (var tape = new Tape(device))
        {
            var images = new float[frozen.ImageShape.Count];
            Pass();
            Pass();
            var (bytes, before) = (device.LiveBytes, GC.GetAllocatedBytesForCurrentThread());
            for (var i = 0; i < 20; i++)
            {
                Pass();
            }

            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
            Assert.That(device.LiveBytes, Is.EqualTo(bytes));

            void Pass()
            {
                using var step = tape.BeginStep(training: false);
                frozen.Forward(tape, tape.Input(images, frozen.ImageShape));
            }
        }

        frozen.Dispose();
        Assert.That(device.LiveBytes, Is.EqualTo(held));
    }

    [Test]
    public void Several_threads_at_once_get_the_results_of_one()
    {
        const int Callers = 4;
        using var device = Device.Cpu(2);
        using var network = SmallNetworks.Trained("resnet", device, Norm.Bounded);
        using var frozen = network.Freeze();
        var expected = Enumerable.Range(0, Callers).Select(caller => Logits(frozen, caller + 1)).ToArray();
        var results = new float[Callers][];
        using var start = new Barrier(Callers);
        var threads = Enumerable.Range(0, Callers).Select(caller => new Thread(() =>
        {
            using var tape = new Tape(device);
            start.SignalAndWait();
            for (var round = 0; round < 5; round++)
            {
                results[caller] = Logits(frozen, caller + 1, tape);
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        for (var caller = 0; caller < Callers; caller++)
        {
            TensorAssert.AreSameBits(results[caller], expected[caller], $"caller {caller}");
        }
    }

    private static float[] Logits(FrozenNetwork network, int images, Tape? given = null) =>
        Logits(network, network.ImageShape.WithN(images), given);

    private static float[] Logits(FrozenNetwork network, Shape shape, Tape? given)
    {
        using var own = given is null ? new Tape(network.Device) : null;
        var tape = given ?? own!;
        using var step = tape.BeginStep(training: false);
        return network.Forward(tape, tape.Input(StepRunner.Images(shape, 99), shape)).ToArray();
    }

    // A depthwise and a grouped convolution, biases, two norms in a row, and a block whose body ends in the norm of a concatenation and
    // whose shortcut is a bare convolution.
    private static Network EveryLayer(Device device, Norm norm)
    {
        var images = new ChannelSpace("images", 3, prunable: false);
        var (one, two) = (Fixed("one", 18), Fixed("two", 24));
        var (a, b) = (Fixed("a", 7), Fixed("b", 12));
        var both = ChannelSpace.Concatenated("both", a, b);
        var body = new Sequential(
            "body",
            new Concat(
                "concat",
                new Sequential("a", Conv("a.conv", two, a, Conv2dOptions.Kernel1(stride: 2)), NormOf("a.norm", a, relu: true)),
                new Sequential("b", Conv("b.conv", two, b, Conv2dOptions.Kernel3(stride: 2, bias: true)), new Relu("b.relu"))),
            NormOf("body.norm", both, relu: true));
        var root = new Sequential(
            "",
            Conv("first", images, one, Conv2dOptions.Kernel3(bias: true)),
            NormOf("norm1", one, relu: true),
            NormOf("norm2", one, relu: false),
            Conv("depthwise", one, one, Conv2dOptions.Kernel3() with { Groups = 18 }),
            NormOf("norm3", one, relu: false),
            Conv("grouped", one, two, Conv2dOptions.Kernel3(bias: true) with { Groups = 3 }),
            NormOf("norm4", two, relu: true),
            new Residual("block", body, Conv("shortcut", two, both, Conv2dOptions.Kernel1(stride: 2))),
            new GlobalAveragePool("pool"),
            new Linear(device, "fc", both, Fixed("fc", 5), 3));
        return new Network("every", device, root, new Shape(1, 6, 6, 3));

        static ChannelSpace Fixed(string name, int width) => new(name, width, prunable: false);

        Conv2d Conv(string path, ChannelSpace input, ChannelSpace output, Conv2dOptions options)
        {
            var conv = new Conv2d(device, path, input, output, options, 3);
            if (conv.Bias is { } bias)
            {
                Initializer.Normal(bias, 0.5, 3);
            }

            return conv;
        }

        NormLayer NormOf(string path, ChannelSpace space, bool relu)
        {
            NormLayer layer = norm == Norm.Bounded ? new BoundedBatchNorm(device, path, space, relu, 3) : new BatchNorm(device, path, space, relu);
            Initializer.Normal(layer.RunningMean, 0.5, 3);
            if (layer is BatchNorm plain)
            {
                Initializer.Normal(plain.Scale, 1, 3);
                Initializer.Normal(plain.Shift, 0.5, 3);
            }

            return layer;
        }
    }

    private sealed class OpNames : ITapeObserver
    {
        public List<string> Names { get; } = [];

        public void BeforeOp(OpRule rule, string scope, bool backward) => Names.Add(rule.Name);

        public void AfterOp(OpRule rule, string scope, bool backward)
        {
        }
    }

    private sealed class OwnLayer(Parameter[] parameters) : Module("own")
    {
        public override IReadOnlyList<Parameter> OwnParameters => parameters;

        public override Tensor Forward(Tape tape, Tensor x) => tape.Relu(x);

        public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers) => Traced(input, input, layers);
    }
}
