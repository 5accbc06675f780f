using Recede.Bench.Steps;
using Recede.Engine.Devices;
using Recede.Engine.Nn;

namespace Recede.Engine.Tests.Benchmarks;

/// <summary>bench/cases.json, as the engine's side reads it.</summary>
internal sealed class StepCaseTests
{
    [Test]
    public void Every_case_of_the_table_is_there_in_both_kinds_but_the_single_image()
    {
        string[] both = ["vgg16_bs64", "resnet56_bs64", "resnet56_bs128", "resnet20_bs128", "resnet18_bs8"];
        Assert.That(
            StepCase.All.Select(c => c.Name),
            Is.EqualTo([.. both.SelectMany(name => (string[])[$"{name}_train", $"{name}_infer"]), "resnet20_bs1_infer"]));
    }

    [Test]
    public void A_cases_network_takes_its_images_and_has_its_classes()
    {
        using var device = Device.Cpu(1);
        var c = StepCase.Of("resnet18_bs8_train");
        using var network = c.CreateNetwork(device, Norm.Plain);
        Assert.That(network.ImageShape, Is.EqualTo(new Shape(1, 224, 224, 3)));
        Assert.That(network.OutputShape.C, Is.EqualTo(1000));
        Assert.That(c.Batch, Is.EqualTo(8));
        Assert.That(c.Trains, Is.True);

        // The published counts of ResNet-18.
        Assert.That(network.Cost().Parameters, Is.EqualTo(11_689_512));
        Assert.That(network.Cost().MultiplyAdds, Is.EqualTo(1_814_073_344));
    }
}
