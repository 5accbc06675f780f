using Recede.Bench.Steps;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Nn;

namespace Recede.Engine.Tests.Benchmarks;

/// <summary>What the ops of a step cannot do without, against counts made by hand.</summary>
internal sealed class OpWorkTests
{
    private const int Batch = 2;

    // 16 channels of 32x32 pixels, and 64 of them, of two images.
    private const double Map16 = Batch * 16 * 32 * 32 * 4;
    private const double Map64 = 4 * Map16;

    [Test]
    public void A_convolution_counts_products_at_padded_widths_and_each_tensor_once()
    {
        var works = Of("vgg16_p90_bs64_train", network => Assert.That(
            network.PrunableNorms.Take(2).Select(n => n.Space.Width), Is.EqualTo([8, 3])));

        // 3 -> 8 channels, which lie as 16; the image's 3 count as they are.
        var first = Find(works, "features.0", backward: false);
        Assert.That(first.MultiplyAdds, Is.EqualTo(Batch * 32.0 * 32 * 9 * 3 * 16));
        Assert.That(first.Bytes, Is.EqualTo(Map16 + (16 * 9 * 3 * 4) + (16 * 4) + Map16));

        // 8 -> 3 channels: 16 -> 16. Its filters have rows for 8 inputs.
        var second = Find(works, "features.3", backward: false);
        Assert.That(second.MultiplyAdds, Is.EqualTo(Batch * 32.0 * 32 * 9 * 16 * 16));
        Assert.That(second.Bytes, Is.EqualTo(Map16 + (16 * 9 * 8 * 4) + (16 * 4) + Map16));

        // Backward: both gradients, but none of the images.
        Assert.That(Find(works, "features.0", backward: true).MultiplyAdds, Is.EqualTo(first.MultiplyAdds));
        Assert.That(Find(works, "features.3", backward: true).MultiplyAdds, Is.EqualTo(2 * second.MultiplyAdds));
    }

    [Test]
    public void A_3x3_convolution_counts_the_operations_of_the_tiles_that_need_fewest()
    {
        var works = Of("vgg16_bs64_train");

        // 64 tiles of 4x4 outputs: 36 planes of products, 12 transforms of 13 operations a channel in, 10 of 10 a channel out.
        var wide = Find(works, "features.3", backward: false);
        Assert.That(wide.Operations, Is.EqualTo(Batch * 64.0 * ((36 * 64 * 64) + (156 * 64) + (100 * 64))));
        Assert.That(Find(works, "features.3", backward: true).Operations, Is.EqualTo(2 * wide.Operations));

        // One tile of 2x2 outputs is all of a 2x2 image.
        Assert.That(Find(works, "features.34", backward: false).Operations, Is.EqualTo(Batch * ((16.0 * 512 * 512) + (32 * 512) + (24 * 512))));
    }

    [Test]
    public void A_device_without_tiles_has_no_fewer_operations_than_products()
    {
        var works = Of("vgg16_bs64_train", options: new CpuOptions { AllowWinograd = false });
        Assert.That(works.Select(work => work.Operations), Is.EqualTo(works.Select(work => work.MultiplyAdds)));
        Assert.That(Find(works, "features.3", backward: false).Operations, Is.EqualTo(Batch * 32.0 * 32 * 9 * 64 * 64));
    }

    [Test]
    public void A_norm_with_an_addition_reads_and_writes_the_residual_too()
    {
        var works = Of("resnet18_bs8_train");

        // 64 channels of 56x56 pixels.
        const double Map = Batch * 64 * 56 * 56 * 4;
        Assert.That(Find(works, "layer1.0.bn1", backward: false).Bytes, Is.EqualTo(2 * Map));
        Assert.That(Find(works, "layer1.0.bn1", backward: true).Bytes, Is.EqualTo(3 * Map));
        Assert.That(Find(works, "layer1.0.bn2", backward: false).Bytes, Is.EqualTo(3 * Map));
        Assert.That(Find(works, "layer1.0.bn2", backward: true).Bytes, Is.EqualTo(5 * Map));
    }

    [Test]
    public void Inference_has_its_norms_folded_and_reads_residuals_in_convolutions()
    {
        var works = Of("resnet56_bs64_infer");
        Assert.That(works.Select(work => work.Name), Has.None.Contains("bn"));
        Assert.That(works.Select(work => work.Backward), Has.None.True);
        var plain = Find(works, "layer1.0.conv1", backward: false);
        Assert.That(Find(works, "layer1.0.conv2", backward: false).Bytes, Is.EqualTo(plain.Bytes + Map16));
    }

    [Test]
    public void The_convolutions_of_VGG_16_sum_up_to_the_published_count_where_no_width_is_padded()
    {
        var works = Of("vgg16_bs64_train");
        var classifier = works.Single(work => work is { Name: "classifier", Backward: false });
        var sum = works.Where(work => !work.Backward).Sum(work => work.MultiplyAdds) - classifier.MultiplyAdds;
        Assert.That(sum / Batch, Is.EqualTo(313_196_544));

        // 10 classes lie as 16.
        Assert.That(classifier.MultiplyAdds, Is.EqualTo(Batch * 512 * 16));
        Assert.That(Find(works, "features.1", backward: false).Bytes, Is.EqualTo(2 * Map64));
    }

    [Test]
    public void The_floor_is_the_longer_of_both()
    {
        var work = new OpWork("a", "a", false, MultiplyAdds: 99, Operations: 10, Bytes: 30);
        Assert.That(work.FloorMilliseconds(new Ceilings(MultiplyAdds: 5, Bytes: 30)), Is.EqualTo(2000));
        Assert.That(work.FloorMilliseconds(new Ceilings(MultiplyAdds: 10, Bytes: 10)), Is.EqualTo(3000));
    }

    [Test]
    public void Rows_hold_floor_time_and_gap_of_all_ops_of_one_shape()
    {
        OpWork[] works = [new("a", "conv", false, 40, 10, 1), new("b", "conv", false, 40, 10, 1), new(OpWork.Update, OpWork.Update, false, 0, 0, 8)];
        StepProfile.Op[] ops = [new("Conv2d", "a", false, 3000, 1), new("Conv2d", "b", false, 5000, 1), new("CrossEntropy", "b", false, 500, 1)];
        var rows = FloorsCommand.Rows(works, new StepProfile(1, 12000, 2000, ops), new Ceilings(MultiplyAdds: 10, Bytes: 8));
        Assert.That(rows[0], Is.EqualTo(["conv", "forward", "2", "0.0", "0.0", "0.0", "peak", "2000.000", "8000.000", "4.0"]));
        Assert.That(rows[1][^3..], Is.EqualTo(["1000.000", "2000.000", "2.0"]));
        Assert.That(rows[2], Is.EqualTo(["all else", "", "", "", "", "", "", "", "2000.000", ""]));
        Assert.That(rows[3][^3..], Is.EqualTo(["3000.000", "12000.000", "4.0"]));
    }

    [Test]
    public void The_machines_ceilings_can_be_measured()
    {
        using var device = Device.Cpu(1);
        var ceilings = Ceilings.Measure(device);
        Assert.That(ceilings.MultiplyAdds, Is.GreaterThan(0).And.LessThan(1e15));
        Assert.That(ceilings.Bytes, Is.GreaterThan(0).And.LessThan(1e15));
    }

    private static OpWork Find(IReadOnlyList<OpWork> works, string name, bool backward) =>
        works.Single(work => work.Name == name && work.Backward == backward);

    private static IReadOnlyList<OpWork> Of(string name, Action<Network>? check = null, CpuOptions? options = null)
    {
        using var device = Device.Cpu(1, options);
        var c = StepCase.Of(name);
        using var network = c.CreateNetwork(device, Norm.Plain);
        check?.Invoke(network);
        return OpWork.Of(network, Batch, c.Trains);
    }
}
