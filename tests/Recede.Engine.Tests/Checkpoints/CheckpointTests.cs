using Recede.Engine.Checkpoints;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Ops;
using Recede.Engine.Pruning;
using Recede.Engine.Tests.Data;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Checkpoints;

/// <summary>A network comes back from a file as it was, without its class.</summary>
[TestFixture(CpuTestDevice.Name)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class CheckpointTests(string device) : DeviceFixture(device)
{
    private TemporaryFolder _folder = null!;

    private string File => Path.Combine(_folder.Path, "network.safetensors");

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("vgg-16", Norm.Bounded)]
    [TestCase("vgg-small", Norm.Plain)]
    [TestCase("resnet-20", Norm.Bounded)]
    [TestCase("resnet-18", Norm.Bounded)]
    [TestCase("resnet-50", Norm.Plain)]
    public void A_network_comes_back_bit_for_bit(string name, Norm norm)
    {
        using var device = Kind.Open();
        using var network = Networks.Create(name, device, new NetworkOptions { Norm = norm, Seed = 5 });
        CheckRoundTrip(network, device);
    }

    [TestCase("vgg-small", 0.5)]
    [TestCase("resnet-20", 0.9)]
    public void A_pruned_network_comes_back_with_its_momentum(string name, double ratio)
    {
        using var device = Kind.Open();
        using var network = Networks.Create(name, device, new NetworkOptions { Seed = 6 });
        foreach (var parameter in network.Parameters.Where(parameter => parameter.Trainable))
        {
            parameter.SetCompanion("momentum", [.. Enumerable.Range(0, (int)parameter.Shape.Count).Select(i => i * 0.25f - 1)]);
        }

        OneShot.Plan(network, ratio).Apply(network);
        CheckRoundTrip(network, device);

        // What came back can be pruned on: its spaces are shared as they were.
        using var again = Checkpoint.Load(File, device);
        OneShot.Plan(again, 0.5).Apply(again);
        OneShot.Plan(network, 0.5).Apply(network);
        Assert.That(again.Cost(), Is.EqualTo(network.Cost()));
    }

    [Test]
    public void Every_kind_of_module_comes_back()
    {
        using var device = Kind.Open();
        using var network = EveryModule(device);
        CheckRoundTrip(network, device);
        OneShot.Plan(network, 0.4, new PruningOptions { MinimumChannels = 1 }).Apply(network);
        CheckRoundTrip(network, device);
    }

    [Test]
    public void A_programs_own_layer_comes_back_where_it_is_registered()
    {
        using var device = Kind.Open();
        var space = new ChannelSpace("a", 4);
        using var network = new Network(
            "own", device, new Sequential("", new Conv2d(device, "conv", new ChannelSpace("images", 3, prunable: false), space, Conv2dOptions.Kernel3()), new Doubled("twice", 3)), new Shape(1, 4, 4, 3));
        Checkpoint.Save(File, network);

        Assert.That(() => Checkpoint.Load(File, device), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'doubled' at 'twice'"));
        using var loaded = Checkpoint.Load(File, device, new ModuleTypes().Register("doubled", reader => new Doubled(reader.Path, reader.Integer("times"))));
        Assert.That(((Doubled)loaded.Root.Children[1]).Times, Is.EqualTo(3));
    }

    [Test]
    public void What_cannot_be_saved_is_told_and_writes_nothing()
    {
        using var device = Kind.Open();
        using var unknown = new Network("unknown", device, new Sequential("", new Nameless("here")), new Shape(1, 2, 2, 3));
        Assert.That(() => Checkpoint.Save(File, unknown), Throws.InstanceOf<NotSupportedException>().With.Message.Contains("Nameless here"));
        using var masked = Networks.Create("vgg-small", device, new NetworkOptions());
        masked.Norms[0].Mask = new ChannelIndexMap(Enumerable.Repeat(-1, 16).ToArray());
        Assert.That(() => Checkpoint.Save(File, masked), Throws.InstanceOf<NotSupportedException>().With.Message.Contains("masked"));
        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Is.Empty);
    }

    [Test]
    public void A_tree_of_any_depth_that_can_be_saved_can_be_loaded()
    {
        using var device = Kind.Open();
        using (var deep = Nested(31))
        {
            CheckRoundTrip(deep, device);
        }

        System.IO.File.Delete(File);
        using var deeper = Nested(32);
        Assert.That(() => Checkpoint.Save(File, deeper), Throws.InstanceOf<NotSupportedException>().With.Message.Contains("Relu leaf"));
        Assert.That(Directory.GetFileSystemEntries(_folder.Path), Is.Empty);

        Network Nested(int containers)
        {
            Module module = new Relu("leaf");
            for (var i = 0; i < containers; i++)
            {
                module = new Sequential("", module);
            }

            return new Network("nested", device, module, new Shape(1, 2, 2, 3));
        }
    }

    [Test]
    public void State_comes_back_exactly()
    {
        using var device = Kind.Open();
        using var network = Networks.Create("vgg-small", device, new NetworkOptions());
        var state = new SomeState { Values = [1.5f, float.MaxValue, float.NegativeInfinity, -0f, float.Epsilon], Number = Math.PI, Long = long.MinValue, Integers = [3, -4] };
        Checkpoint.Save(File, network, state);
        var back = new SomeState();
        using var file = Checkpoint.Open(File);
        file.Restore(back);
        TensorAssert.AreSameBits(back.Values, state.Values, "values");
        Assert.That((back.Number, back.Long, back.Integers), Is.EqualTo((state.Number, state.Long, state.Integers)).Using<(double, long, int[])>((a, b) => a.Item1 == b.Item1 && a.Item2 == b.Item2 && a.Item3.SequenceEqual(b.Item3)));
    }

    internal static Network EveryModule(Engine.Devices.Device device)
    {
        var images = new ChannelSpace("images", 3, prunable: false);
        var (a, b, stream) = (new ChannelSpace("a", 7), new ChannelSpace("b", 5), new ChannelSpace("stream", 6, prunable: false));
        var both = ChannelSpace.Concatenated("both", a, b);
        var wide = new ChannelSpace("wide", 9, prunable: false);
        var hidden = new ChannelSpace("hidden", 8, prunable: false);
        var root = new Sequential(
            "",
            new Concat(
                "branches",
                new Sequential("left", new Conv2d(device, "left.conv", images, a, Conv2dOptions.Kernel3(bias: true), 1), new BoundedBatchNorm(device, "left.norm", a, relu: true, 2)),
                new Sequential("right", new Conv2d(device, "right.conv", images, b, Conv2dOptions.Kernel3(), 3), new BatchNorm(device, "right.norm", b, relu: false), new Relu("right.relu"))),
            new MaxPool2d("max", 2, 2),
            new Conv2d(device, "mix", both, stream, Conv2dOptions.Kernel1(), 4),
            new Residual("block", new Sequential("block.body", new Conv2d(device, "block.conv", stream, stream, new Conv2dOptions(3, 3, 1, 1, 1, Groups: 6), 5), new BoundedBatchNorm(device, "block.norm", stream, relu: true, 6)), null),
            new Residual("wider", new Sequential("wider.body", new Conv2d(device, "wider.conv", stream, wide, Conv2dOptions.Kernel3(stride: 2), 7), new BatchNorm(device, "wider.norm", wide, relu: true)), new PaddedShortcut("wider.shortcut", stream, wide, 2)),
            new AveragePool2d("average", 2, 1, 1),
            new Flatten("flatten"),
            new Dropout("dropout", 0.25f),
            new Linear(device, "hidden", wide.Repeated("flat", 9), hidden, 8),
            new GlobalAveragePool("pool"),
            new Linear(device, "out", hidden, new ChannelSpace("classes", 4, prunable: false), 9));
        return new Network("every", device, root, new Shape(1, 8, 8, 3));
    }

    private void CheckRoundTrip(Network network, Engine.Devices.Device device)
    {
        var before = device.LiveBytes;
        Checkpoint.Save(File, network);
        using (var loaded = Checkpoint.Load(File, device))
        {
            Assert.That(NetworkJson.Write(loaded), Is.EqualTo(NetworkJson.Write(network)));
            Assert.That(loaded.Parameters.Select(p => p.ToString()), Is.EqualTo(network.Parameters.Select(p => p.ToString())));
            foreach (var (a, b) in network.Parameters.Zip(loaded.Parameters))
            {
                TensorAssert.AreSameBits(b.ToArray(), a.ToArray(), a.Path);
                Assert.That(b.CompanionNames, Is.EqualTo(a.CompanionNames), a.Path);
                Kind.CheckPadding(device, b.Value.Address, b.Shape, b.Layout, b.Path);
                foreach (var companion in a.CompanionNames)
                {
                    TensorAssert.AreSameBits(b.CompanionToArray(companion), a.CompanionToArray(companion), a.Path);
                }
            }
        }

        Assert.That(device.LiveBytes, Is.EqualTo(before));
        Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { File }));
    }

    private sealed class Doubled(string path, int times) : Module(path)
    {
        public int Times => times;

        public override string TypeName => "doubled";

        public override void Describe(ModuleWriter writer) => writer.Write("times", times);

        public override Tensor Forward(Tape tape, Tensor x) => tape.Add(x, x);

        public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers) => Traced(input, input, layers);
    }

    private sealed class Nameless(string path) : Module(path)
    {
        public override Tensor Forward(Tape tape, Tensor x) => x;

        public override Shape Trace(Shape input, ChannelWidths widths, ICollection<LayerTrace> layers) => Traced(input, input, layers);
    }

    private sealed class SomeState : IStateful
    {
        public float[] Values { get; set; } = new float[5];

        public double Number { get; set; }

        public long Long { get; set; }

        public int[] Integers { get; set; } = [];

        public void SaveState(StateWriter writer)
        {
            writer.Write("number", Number);
            var section = writer.Section("deeper");
            section.Write("long", Long);
            section.Write("integers", Integers);
            section.Append("list").Write("values", Shape.Vector(5), () => Values);
        }

        public void RestoreState(StateReader reader)
        {
            Number = reader.Number("number");
            var section = reader.Section("deeper");
            Long = section.Long("long");
            Integers = section.Integers("integers");
            Values = section.List("list")[0].Tensor("values", Shape.Vector(5));
        }
    }
}
