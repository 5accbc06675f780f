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
            StepCase.All.Where(c => c.Pruned == 0).Select(c => c.Name),
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

    [Test]
    public void A_pruned_case_has_the_widths_that_the_file_lists_in_the_networks_order()
    {
        using var device = Device.Cpu(1);
        foreach (var c in StepCase.All.Where(c => c is { Pruned: > 0, Trains: true }))
        {
            using var network = c.CreateNetwork(device, Norm.Plain);
            var widths = network.PrunableNorms.Select(norm => norm.Space.Width).ToArray();
            Assert.That(widths, Is.EqualTo(PrunedWidths.Of(c.Network, c.Pruned)), c.Name);

            // What bounded pruning gives: as many channels as were asked for, but where a layer's last three stay.
            using var whole = (c with { Pruned = 0 }).CreateNetwork(device, Norm.Plain);
            var before = whole.PrunableNorms.Sum(norm => norm.Space.Width);
            Assert.That(100 * (1 - (double)widths.Sum() / before), Is.EqualTo(c.Pruned).Within(2), c.Name);
            Assert.That(widths, Has.All.GreaterThanOrEqualTo(3), c.Name);
            Assert.That(widths.Count(width => width % 16 != 0), Is.GreaterThan(widths.Length / 2), c.Name);
        }
    }

    [Test]
    public void Widths_that_are_not_listed_are_an_error() =>
        Assert.That(() => PrunedWidths.Of("vgg-16", 51), Throws.TypeOf<InvalidDataException>().With.Message.Contains("vgg-16 at 51 %"));
}
