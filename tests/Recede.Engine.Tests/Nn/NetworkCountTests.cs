using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;

namespace Recede.Engine.Tests.Nn;

/// <summary>Parameters and multiply-adds against the published ones.</summary>
[TestFixture]
internal sealed class NetworkCountTests
{
    [TestCase("vgg-16-imagenet", 138_365_992)]
    [TestCase("resnet-50", 25_557_032)]
    [TestCase("resnet-18", 11_689_512)]
    [TestCase("resnet-34", 21_797_672)]
    public void ImageNetNetworksHaveThePublishedParameters(string name, long expected)
    {
        using var device = Device.Cpu(1);
        using var network = Networks.Create(name, device, NetworkOptions.ImageNet with { Norm = Norm.Plain });
        Assert.That(network.Cost().Parameters, Is.EqualTo(expected));
    }

    // ResNet-20 to 110 as counted from the layer list of He et al. 2015, section 4.2, with option A.
    [TestCase("vgg-16", 14_728_266)]
    [TestCase("resnet-56", 853_018)]
    [TestCase("resnet-20", 269_722)]
    [TestCase("resnet-32", 464_154)]
    [TestCase("resnet-44", 658_586)]
    [TestCase("resnet-110", 1_727_962)]
    public void CifarNetworksHaveThePublishedParameters(string name, long expected)
    {
        using var device = Device.Cpu(1);
        using var network = Networks.Create(name, device, new NetworkOptions { Norm = Norm.Plain });
        Assert.That(network.Cost().Parameters, Is.EqualTo(expected));
    }

    [TestCase("vgg-16")]
    [TestCase("resnet-56")]
    [TestCase("resnet-50")]
    public void BoundedHasOneFewerAChannel(string name)
    {
        using var device = Device.Cpu(1);
        var options = name is "resnet-50" ? NetworkOptions.ImageNet : new NetworkOptions();
        using var plain = Networks.Create(name, device, options with { Norm = Norm.Plain });
        using var bounded = Networks.Create(name, device, options with { Norm = Norm.Bounded });
        Assert.That(bounded.Cost().Parameters, Is.EqualTo(plain.Cost().Parameters - plain.Norms.Sum(n => n.Space.Width)));
    }

    [TestCase("vgg-16", 313_196_544 + 5_120)]
    [TestCase("resnet-56", 125_485_696)]
    public void MultiplyAddsAreCountedAsTheMethodDoes(string name, long expected)
    {
        using var device = Device.Cpu(1);
        using var network = Networks.Create(name, device, new NetworkOptions());
        Assert.That(network.Cost().MultiplyAdds, Is.EqualTo(expected));
    }

    [Test]
    public void EveryNameMakesItsNetworkForAnyImages()
    {
        using var device = Device.Cpu(1);
        foreach (var name in Networks.Names.Where(n => n is not ("vgg-11-imagenet" or "vgg-13-imagenet" or "vgg-16-imagenet" or "vgg-19-imagenet")))
        {
            using var network = Networks.Create(name, device, new NetworkOptions { Height = 33, Width = 47, Channels = 5, Classes = 7 });
            Assert.That(network.OutputShape, Is.EqualTo(Shape.Vector(7)), name);
            Assert.That(network.Name, Is.EqualTo(name));
        }
    }

    [Test]
    public void AnUnknownNameListsTheNetworks()
    {
        using var device = Device.Cpu(1);
        var error = Assert.Throws<ArgumentException>(() => Networks.Create("vgg-12", device, new NetworkOptions()))!;
        Assert.That(error.Message, Does.Contain("'vgg-12'").And.Contain("vgg-16").And.Contain("resnet-56"));
        Assert.That(device.LiveBytes, Is.Zero);
    }

    [Test]
    public void ImagesTooSmallAreRefusedWhenTheNetworkIsMadeAndNothingIsKept()
    {
        using var device = Device.Cpu(1);
        var error = Assert.Throws<ShapeMismatchException>(
            () => Networks.Create("vgg-16", device, new NetworkOptions { Height = 8, Width = 8 }))!;
        Assert.That(error.Message, Does.Contain("MaxPool2d features.33").And.Contain("does not fit"));
        Assert.That(device.LiveBytes, Is.Zero);
    }
}
