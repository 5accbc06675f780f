using Recede.Engine.Data;

namespace Recede.Engine.Tests.Data;

public sealed class BatchLoaderTests
{
    private static int[] Order(BatchLoader loader, int epoch)
    {
        var order = new List<int>();
        foreach (Batch batch in loader.Epoch(epoch))
        {
            order.AddRange(batch.Indices);
        }

        return [.. order];
    }

    [Test]
    public void Each_image_comes_once_an_epoch_with_its_bytes_and_label(
        [Values(1, 2, 37, 257)] int count, [Values(1, 16, 37, 300)] int batchSize, [Values] bool shuffle)
    {
        ImageDataset data = DataBytes.Small(count);
        using var loader = new BatchLoader(data, batchSize, seed: 5, shuffle);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            var seen = new List<int>();
            int index = 0;
            foreach (Batch batch in loader.Epoch(epoch))
            {
                int expected = Math.Min(batchSize, count - seen.Count);
                Assert.That((batch.Epoch, batch.Index, batch.Count), Is.EqualTo((epoch, index, expected)));
                Assert.That((batch.Labels.Length, batch.Images.Length), Is.EqualTo((expected, expected * 6)));
                for (int i = 0; i < batch.Count; i++)
                {
                    int image = batch.Indices[i];
                    Assert.That(batch.Labels[i], Is.EqualTo(image % 10));
                    Assert.That(batch.Images.Slice(6 * i, 6).SequenceEqual(data.Image(image)), Is.True);
                }

                seen.AddRange(batch.Indices);
                index++;
            }

            Assert.That(index, Is.EqualTo(loader.BatchesPerEpoch));
            if (shuffle)
            {
                seen.Sort();
            }

            Assert.That(seen, Is.EqualTo(Enumerable.Range(0, count)));
        }
    }

    [Test]
    public void The_order_is_the_seeds_and_the_epochs_alone()
    {
        ImageDataset data = DataBytes.Small(100);
        using var first = new BatchLoader(data, 7, seed: 1, depth: 2);
        using var second = new BatchLoader(data, 32, seed: 1, depth: 5);
        using var other = new BatchLoader(data, 7, seed: 2);

        int[] epoch0 = Order(first, 0);
        int[] epoch3 = Order(first, 3);
        Assert.That(Order(second, 3), Is.EqualTo(epoch3), "resumed at epoch 3, in other batches");
        Assert.That(Order(second, 0), Is.EqualTo(epoch0));
        Assert.That(epoch3, Is.Not.EqualTo(epoch0));
        Assert.That(Order(other, 0), Is.Not.EqualTo(epoch0));
    }

    [Test]
    public void The_order_is_pinned()
    {
        // From a separate implementation in Python of Philox, Lemire's draw and the shuffle. A change of
        // the order would silently change every run that was published.
        using var loader = new BatchLoader(DataBytes.Small(12), 12, seed: 42);
        Assert.That(Order(loader, 0), Is.EqualTo(new[] { 0, 6, 11, 4, 5, 7, 10, 3, 1, 8, 2, 9 }));
        Assert.That(Order(loader, 1), Is.EqualTo(new[] { 0, 9, 1, 2, 11, 3, 6, 10, 5, 4, 7, 8 }));
    }

    [Test]
    public void Every_place_is_reached_about_equally_often()
    {
        const int Places = 8;
        const int Epochs = 4000;
        var counts = new int[Places, Places];
        var order = new int[Places];
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            SeededOrder.Fill(order, seed: 9, SeededOrder.EpochStream + (ulong)epoch);
            for (int i = 0; i < Places; i++)
            {
                counts[i, order[i]]++;
            }
        }

        // Binomial(4000, 1/8): 500 expected, deviation 20.9; 5 deviations of 64 cells fail by chance once in 30,000.
        foreach (int count in counts)
        {
            Assert.That(count, Is.InRange(395, 605));
        }
    }

    [Test]
    public void A_last_partial_batch_can_be_dropped()
    {
        using var loader = new BatchLoader(DataBytes.Small(37), 16, seed: 1, dropLast: true);
        Assert.That(loader.BatchesPerEpoch, Is.EqualTo(2));
        Assert.That(Order(loader, 0), Has.Length.EqualTo(32).And.Unique);
    }

    [Test]
    public void Dropping_the_only_batch_is_refused()
    {
        Assert.That(
            () => new BatchLoader(DataBytes.Small(15), 16, dropLast: true),
            Throws.ArgumentException.With.Message.Contains("15 images fill no batch of 16"));
    }

    [Test]
    public void An_empty_source_is_refused()
    {
        Assert.That(
            () => new BatchLoader(new FakeSource { Count = 0 }, 4),
            Throws.ArgumentException.With.Message.Contains("'fake'").And.Message.Contains("at least one image"));
    }

    [Test]
    public void A_batch_too_large_for_memory_is_refused()
    {
        Assert.That(
            () => new BatchLoader(new FakeSource { Count = 10, Height = 50000, Width = 50000 }, 4),
            Throws.ArgumentException.With.Message.Contains("10000000000"));
    }

    [TestCase(0, 3)]
    [TestCase(-1, 3)]
    [TestCase(4, 1)]
    public void Sizes_that_cannot_serve_are_refused(int batchSize, int depth)
    {
        Assert.That(
            () => new BatchLoader(DataBytes.Small(5), batchSize, depth: depth),
            Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_negative_epoch_is_refused()
    {
        using var loader = new BatchLoader(DataBytes.Small(5), 2);
        Assert.That(() => loader.Epoch(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
