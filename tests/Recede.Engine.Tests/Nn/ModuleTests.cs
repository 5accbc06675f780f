using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Tests.Pruning;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Nn;

/// <summary>Networks that a program builds itself: what is refused when they are built, and that containers keep to what they own.</summary>
[TestFixture]
internal sealed class ModuleTests
{
    private static readonly Shape Image = new(1, 6, 6, 3);

    [Test]
    public void ANormOfAnotherSpaceIsRefusedWhenTheNetworkIsBuilt()
    {
        using var device = Device.Cpu(1);
        var images = new ChannelSpace("images", 3, prunable: false);
        var (a, b) = (new ChannelSpace("a", 8), new ChannelSpace("b", 8));
        var root = new Sequential(
            "", new Conv2d(device, "conv", images, a, Conv2dOptions.Kernel3()), new BoundedBatchNorm(device, "norm", b, relu: true));
        var error = Assert.Throws<ShapeMismatchException>(() => new Network("wrong", device, root, Image).Dispose())!;
        Assert.That(error.Message, Does.Contain("BoundedBatchNorm norm").And.Contain("b(8)").And.Contain("a(8)"));
        Assert.That(device.LiveBytes, Is.Zero);
    }

    [Test]
    public void AnAdditionOfTwoSpacesIsRefusedWhenTheNetworkIsBuilt()
    {
        using var device = Device.Cpu(1);
        var images = new ChannelSpace("images", 3, prunable: false);
        var (a, b) = (new ChannelSpace("a", 8), new ChannelSpace("b", 8));
        var body = new Sequential(
            "block", new Conv2d(device, "block.conv", a, b, Conv2dOptions.Kernel3()), new BoundedBatchNorm(device, "block.norm", b, relu: true));
        var root = new Sequential(
            "",
            new Conv2d(device, "conv", images, a, Conv2dOptions.Kernel3()),
            new BoundedBatchNorm(device, "norm", a, relu: true),
            new Residual("block", body, shortcut: null));
        var error = Assert.Throws<ShapeMismatchException>(() => new Network("wrong", device, root, Image).Dispose())!;
        Assert.That(error.Message, Does.Contain("Residual block").And.Contain("b(8)").And.Contain("a(8)"));
    }

    [Test]
    public void AConcatenationInAnotherOrderIsRefusedWhenTheNetworkIsBuilt()
    {
        using var device = Device.Cpu(1);
        var images = new ChannelSpace("images", 3, prunable: false);
        var (a, b) = (new ChannelSpace("a", 8), new ChannelSpace("b", 8));
        Conv2d Conv(string path, ChannelSpace input, ChannelSpace output) => new(device, path, input, output, Conv2dOptions.Kernel3());
        Network Reading(ChannelSpace both) => new(
            "two branches",
            device,
            new Sequential("", new Concat("cat", Conv("one", images, a), Conv("two", images, b)), Conv("conv", both, new ChannelSpace("c", 4))),
            Image);
        Reading(ChannelSpace.Concatenated("both", a, b)).Dispose();
        var error = Assert.Throws<ShapeMismatchException>(() => Reading(ChannelSpace.Concatenated("swapped", b, a)).Dispose())!;
        Assert.That(error.Message, Does.Contain("Conv2d conv").And.Contain("swapped(16)").And.Contain("cat(16)"));
        Assert.That(device.LiveBytes, Is.Zero);
    }

    [Test]
    public void ARepeatOfAnotherSpaceBehindAFlattenIsRefusedWhenTheNetworkIsBuilt()
    {
        using var device = Device.Cpu(1);
        var images = new ChannelSpace("images", 3, prunable: false);
        var (a, b) = (new ChannelSpace("a", 4), new ChannelSpace("b", 4));
        Network Reading(ChannelSpace flat) => new(
            "flattened",
            device,
            new Sequential(
                "",
                new Conv2d(device, "conv", images, a, Conv2dOptions.Kernel3()),
                new Flatten("flatten"),
                new Relu("relu"),
                new Linear(device, "fc", flat, new ChannelSpace("classes", 2, prunable: false))),
            Image);
        Reading(a.Repeated("flat", 36)).Dispose();
        Reading(ChannelSpace.Concatenated("flat", a, a).Repeated("two by two", 18)).Dispose();
        foreach (var wrong in (ChannelSpace[])[b.Repeated("wrong", 36), ChannelSpace.Concatenated("wrong", b, a.Repeated("flat", 35)), new ChannelSpace("wrong", 144)])
        {
            var error = Assert.Throws<ShapeMismatchException>(() => Reading(wrong).Dispose())!;
            Assert.That(error.Message, Does.Contain("Linear fc: reads space wrong(144), x is of space flatten(a(4) of every pixel)"));
        }

        Assert.That(() => Reading(a.Repeated("short", 35)).Dispose(), Throws.TypeOf<ShapeMismatchException>());
        Assert.That(device.LiveBytes, Is.Zero);
    }

    [Test]
    public void BranchesThatAreFlattenedMayBeConcatenated()
    {
        using var device = Device.Cpu(1);
        var images = new ChannelSpace("images", 3, prunable: false);
        var root = new Sequential(
            "",
            new Conv2d(device, "conv", images, images, Conv2dOptions.Kernel3()),
            new Concat("cat", new Flatten("one"), new Flatten("two")),
            new Linear(device, "fc", images.Repeated("flat", 72), new ChannelSpace("classes", 2, prunable: false)));
        using var network = new Network("flattened", device, root, Image);
        Assert.That(SmallNetworks.Logits(network), Has.Some.Not.Zero);
    }

    [Test]
    public void AGroupedConvolutionOverASpaceDerivedFromAPrunableOneIsRefused()
    {
        using var device = Device.Cpu(1);
        var both = ChannelSpace.Concatenated("both", new ChannelSpace("a", 4), new ChannelSpace("b", 4));
        var output = new ChannelSpace("out", 8, prunable: false);
        var options = Conv2dOptions.Kernel3() with { Groups = 2 };
        Assert.Throws<ArgumentException>(() => new Conv2d(device, "conv", both, output, options).Dispose());
    }

    [Test]
    public void ANormBehindAConcatenationIsMaskedAsItIsShrunk([Values] Norm norm, [Values(0.3, 0.6)] double ratio)
    {
        using var device = Device.Cpu(1);
        using var shrunk = Concatenated(device, norm);
        using var masked = Concatenated(device, norm);
        var plan = OneShot.Plan(shrunk, ratio);
        Assert.That(plan.AchievedRatio, Is.GreaterThan(0));
        plan.Mask(masked);
        plan.Apply(shrunk);
        TensorAssert.AreClose(SmallNetworks.Logits(shrunk), SmallNetworks.Logits(masked), 1e-5, what: "logits");
        plan.Apply(masked);
        TensorAssert.AreSameBits(SmallNetworks.Logits(masked), SmallNetworks.Logits(shrunk), "the masks go with the channels");
    }

    // Each branch reads x after the one before has ended; a dropout hands x itself on when nothing is trained.
    [Test]
    public void AContainerDoesNotReleaseWhatItsCallerOwns([Values] bool asShortcut)
    {
        using var device = Device.Cpu(1);
        var images = new ChannelSpace("images", 3, prunable: false);
        Module Branch(string path) => asShortcut
            ? new Residual(path, new Conv2d(device, $"{path}.conv", images, images, Conv2dOptions.Kernel3()), new Dropout($"{path}.drop", 0.5f))
            : new Residual(path, new Dropout($"{path}.drop", 0.5f), shortcut: null);
        var both = ChannelSpace.Concatenated("both", images, images);
        var root = new Sequential(
            "",
            new Relu("relu"),
            new Concat("concat", Branch("one"), Branch("two")),
            new GlobalAveragePool("pool"),
            new Linear(device, "fc", both, new ChannelSpace("fc", 2, prunable: false)));
        using var network = new Network("branches", device, root, Image);
        Assert.That(SmallNetworks.Logits(network), Has.Some.Not.Zero);
    }

    private static Network Concatenated(Device device, Norm norm)
    {
        var images = new ChannelSpace("images", 3, prunable: false);
        var (a, b) = (new ChannelSpace("a", 7), new ChannelSpace("b", 12));
        var both = ChannelSpace.Concatenated("both", a, b);
        Sequential Branch(string path, ChannelSpace space) => new(
            path, new Conv2d(device, $"{path}.conv", images, space, Conv2dOptions.Kernel3(), 3), NormOf($"{path}.norm", space));
        NormLayer NormOf(string path, ChannelSpace space)
        {
            NormLayer layer = norm == Norm.Bounded ? new BoundedBatchNorm(device, path, space, relu: true, 3) : new BatchNorm(device, path, space, relu: true);
            Initializer.Normal(layer.Scale, 1, 3);
            Initializer.Normal(layer.RunningMean, 0.2, 3);
            if (layer is BatchNorm plain)
            {
                Initializer.Normal(plain.Shift, 0.5, 3);
            }

            return layer;
        }

        var root = new Sequential(
            "",
            new Concat("concat", Branch("a", a), Branch("b", b)),
            NormOf("joined", both),
            new GlobalAveragePool("pool"),
            new Linear(device, "fc", both, new ChannelSpace("fc", 5, prunable: false), 3));
        return new Network("concatenated", device, root, Image);
    }
}
