using Recede.Engine.Data;
using Recede.Engine.Ops;

namespace Recede.Engine.Tests.Data;

public sealed class ImageDatasetTests
{
    [TestCase(0, 3, 1, 10, "height")]
    [TestCase(2, -3, 1, 10, "width")]
    [TestCase(2, 3, 0, 10, "channels")]
    [TestCase(2, 3, 1, 0, "classes")]
    public void A_size_below_1_is_refused(int height, int width, int channels, int classes, string told)
    {
        Assert.That(
            () => new ImageDataset("mine", height, width, channels, classes, new byte[6], new int[1]),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("'mine'")
                .And.Message.Contains(told));
    }

    [TestCase(2, 3, 1)]
    [TestCase(int.MaxValue, int.MaxValue, int.MaxValue)] // beyond 64 bits
    [TestCase(1 << 16, 1 << 16, 1)] // 0 in 32 bits
    public void Bytes_that_do_not_fit_the_sizes_are_refused(int height, int width, int channels)
    {
        Assert.That(
            () => new ImageDataset("mine", height, width, channels, 10, new byte[7], new int[1]),
            Throws.ArgumentException.With.Message.Contains("'mine'").And.Message.Contains("got 7"));
    }

    [Test]
    public void No_images_are_refused()
    {
        Assert.That(
            () => new ImageDataset("mine", 2, 3, 1, 10, default, default),
            Throws.ArgumentException.With.Message.Contains("at least one image"));
    }

    [TestCase(-1)]
    [TestCase(10)]
    public void A_label_out_of_range_is_refused(int label)
    {
        Assert.That(
            () => new ImageDataset("mine", 1, 1, 1, 10, new byte[3], new[] { 9, label, 0 }),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'mine'")
                .And.Message.Contains($"image 1 is {label}, expected 0 to 9"));
    }

    [Test]
    public void A_normalisation_of_other_channels_is_refused()
    {
        Assert.That(
            () => new ImageDataset("mine", 2, 3, 1, 10, new byte[6], new int[1], ImageStatistics.Cifar10),
            Throws.ArgumentException.With.Message.Contains("expected a normalization of 1 channels, got one of 3"));
    }

    [Test]
    public void The_first_images_are_a_subset_with_the_same_normalisation()
    {
        ImageDataset data = DataBytes.Small(20);
        ImageDataset subset = data.Subset(7);
        Assert.That(subset.Images.ToArray(), Is.EqualTo(data.Images.ToArray()[..42]));
        Assert.That(subset.Labels.ToArray(), Is.EqualTo(data.Labels.ToArray()[..7]));
        Assert.That(subset.Normalization, Is.SameAs(data.Normalization));
    }

    [Test]
    public void A_drawn_subset_is_the_seeds_own_without_repetition_and_in_order()
    {
        ImageDataset data = DataBytes.Small(200);
        int[] drawn = Drawn(data.Subset(50, seed: 3));
        Assert.That(drawn, Is.Ordered.And.Unique);
        Assert.That(Drawn(data.Subset(50, seed: 3)), Is.EqualTo(drawn));
        Assert.That(Drawn(data.Subset(50, seed: 4)), Is.Not.EqualTo(drawn));
        Assert.That(Drawn(data.Subset(200, seed: 3)), Is.EqualTo(Enumerable.Range(0, 200)));

        static int[] Drawn(ImageDataset subset) =>
            [.. Enumerable.Range(0, subset.Count).Select(i => (int)subset.Image(i)[0])];
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase(21)]
    public void A_subset_of_other_than_1_to_all_is_refused(int count)
    {
        ImageDataset data = DataBytes.Small(20);
        Assert.That(
            () => data.Subset(count),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("1 to 20"));
        Assert.That(
            () => data.Subset(count, seed: 1),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("1 to 20"));
    }

    [Test]
    public void A_pair_of_different_sizes_is_refused()
    {
        var other = new ImageDataset("other", 3, 2, 1, 10, new byte[6], new int[1]);
        Assert.That(
            () => new DatasetPair(DataBytes.Small(1), other),
            Throws.ArgumentException.With.Message.Contains("'other'").And.Message.Contains("2 x 3 x 1"));
    }

    [Test]
    public void Statistics_are_those_of_each_channel()
    {
        byte[] images = DataBytes.Noise(3 * 500, seed: 5);
        ImageNormalization measured = ImageStatistics.Measure(images, 3);
        for (int c = 0; c < 3; c++)
        {
            double[] values = [.. Enumerable.Range(0, 500).Select(i => images[(3 * i) + c] / 255.0)];
            double mean = values.Average();
            double std = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
            Assert.That(measured.Mean[c], Is.EqualTo(mean).Within(1e-7));
            Assert.That(measured.Std[c], Is.EqualTo(std).Within(1e-7));
        }
    }

    [Test]
    public void A_constant_channel_has_deviation_1()
    {
        ImageNormalization measured = ImageStatistics.Measure([7, 0, 7, 255], 2);
        Assert.That(measured.Std.ToArray(), Is.EqualTo(new[] { 1f, 0.5f }));
        Assert.That(measured.Mean.ToArray(), Is.EqualTo(new[] { 7f / 255, 0.5f }));
    }

    [TestCase(float.NaN)]
    [TestCase(0f)]
    [TestCase(-1f)]
    [TestCase(float.PositiveInfinity)]
    public void A_deviation_that_cannot_divide_is_refused(float std)
    {
        Assert.That(
            () => new ImageNormalization([0f, 0f], [1f, std]),
            Throws.ArgumentException.With.Message.Contains("channel 1"));
    }
}
