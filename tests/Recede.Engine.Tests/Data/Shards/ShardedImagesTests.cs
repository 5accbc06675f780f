using System.Buffers.Binary;
using System.Security.Cryptography;
using Recede.Engine.Data;
using Recede.Engine.Data.Shards;

namespace Recede.Engine.Tests.Data.Shards;

internal sealed class ShardedImagesTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _folder.Write("train-00000.shard", ShardBytes.Shard(0, 7, 0, 3));
        _folder.Write("train-00001.shard", ShardBytes.Shard(7, 1, 1, 3));
        _folder.Write("train-00002.shard", ShardBytes.Shard(8, 5, 2, 3));
        _folder.Write("test-00000.shard", ShardBytes.Shard(13, 4, set: 8));
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Images_are_read_in_any_order_over_all_shards()
    {
        using var pair = DatasetCatalog.Open(_folder.Path);
        var train = (ShardedImages)pair.Train;
        Assert.That((train.Count, train.Height, train.Width, train.Channels, train.Classes), Is.EqualTo((13, 3, 4, 3, 5)));
        Assert.That(train.ClassNames, Is.EqualTo(ShardBytes.Classes));
        Assert.That(train.Name, Is.EqualTo(Path.GetFileName(_folder.Path)));
        int[] indices = [12, 0, 7, 6, 8, 7, 3];
        Expect(train, indices, indices);
        Expect(pair.Test, [3, 0], [16, 13]);
    }

    [Test]
    public void The_normalization_is_that_of_the_training_images_in_memory()
    {
        using var pair = ShardedImages.OpenFolder(_folder.Path);
        var all = Enumerable.Range(0, 13).SelectMany(ShardBytes.Image).ToArray();
        var expected = ImageStatistics.Measure(all, ShardBytes.Channels);
        Assert.That(pair.Train.Normalization.Mean.ToArray(), Is.EqualTo(expected.Mean.ToArray()));
        Assert.That(pair.Train.Normalization.Std.ToArray(), Is.EqualTo(expected.Std.ToArray()));
        Assert.That(pair.Test.Normalization, Is.SameAs(pair.Train.Normalization));
    }

    [Test]
    public void Batches_have_the_order_and_the_bytes_of_the_same_images_in_memory()
    {
        using var pair = ShardedImages.OpenFolder(_folder.Path);
        var memory = new ImageDataset(
            "memory", 3, 4, 3, 5, Enumerable.Range(0, 13).SelectMany(ShardBytes.Image).ToArray(), Enumerable.Range(0, 13).Select(i => i % 5).ToArray());
        using var disk = new BatchLoader(pair.Train, batchSize: 4, seed: 9);
        using var other = new BatchLoader(memory, batchSize: 4, seed: 9);
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var expected = new List<(byte[], int[])>();
            foreach (var batch in other.Epoch(epoch))
            {
                expected.Add((batch.Images.ToArray(), batch.Labels.ToArray()));
            }

            var got = new List<(byte[], int[])>();
            foreach (var batch in disk.Epoch(epoch))
            {
                got.Add((batch.Images.ToArray(), batch.Labels.ToArray()));
            }

            Assert.That(got, Is.EqualTo(expected));
        }
    }

    [Test]
    public void A_subset_is_the_first_images()
    {
        using var pair = ShardedImages.OpenFolder(_folder.Path);
        var first = pair.Train.Subset(8);
        Assert.That(first.Count, Is.EqualTo(8));
        Expect(first, [7, 0], [7, 0]);
        Assert.That(() => first.Read([8], new byte[ShardBytes.ImageBytes], new int[1]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => pair.Train.Subset(14), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => pair.Train.Subset(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Reading_a_batch_allocates_nothing()
    {
        using var pair = ShardedImages.OpenFolder(_folder.Path);
        var images = new byte[13 * ShardBytes.ImageBytes];
        var (indices, labels) = (Enumerable.Range(0, 13).ToArray(), new int[13]);
        pair.Train.Read(indices, images, labels);
        var before = GC.GetAllocatedBytesForCurrentThread();
        pair.Train.Read(indices, images, labels);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void A_set_larger_than_memory_is_read_within_the_limit()
    {
        // 24 GB of zeros, of which the disk keeps nothing where it knows sparse files.
        const int Images = 2_000_000;
        var tables = new byte[64 + ShardBytes.Shard(0, 1).AsSpan(40, 4)[0] + (3 * 2048) + (8 * Images)];
        ShardBytes.Shard(0, 1).AsSpan(0, 64).CopyTo(tables);
        BinaryPrimitives.WriteUInt32LittleEndian(tables.AsSpan(12), 64);
        BinaryPrimitives.WriteUInt32LittleEndian(tables.AsSpan(16), 64);
        BinaryPrimitives.WriteUInt32LittleEndian(tables.AsSpan(28), Images);
        for (var channel = 0; channel < 3; channel++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(tables.AsSpan(64 + tables[40] + (2048 * channel)), 64L * 64 * Images);
        }

        var zero = ShardBytes.Crc(new byte[64 * 64 * 3]);
        for (var i = 0; i < Images; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(tables.AsSpan(tables.Length - (4 * (Images - i))), zero);
        }

        ShardBytes.Sign(tables);
        using var other = new TemporaryFolder();
        foreach (var split in (string[])["train", "test"])
        {
            using var file = File.Create(Path.Combine(other.Path, split + "-00000.shard"));
            file.Write(tables);
            file.SetLength(tables.Length + (64L * 64 * 3 * Images));
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var pair = ShardedImages.OpenFolder(other.Path, 40 << 20);
        var image = new byte[64 * 64 * 3];
        pair.Train.Read([Images - 1], image, new int[1]);
        Assert.That(image, Is.All.Zero);
        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - before, Is.LessThan(40 << 20));
        Assert.That(
            () => ShardedImages.OpenFolder(other.Path, 20 << 20),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("more than the").And.Message.Contains("test-00000.shard"));
    }

    [Test]
    public void Eight_bytes_an_image_are_enough_however_many_shards_there_are()
    {
        using var pair = ShardedImages.OpenFolder(_folder.Path, 17 * 8);
        Assert.That(pair.Train.Count + pair.Test.Count, Is.EqualTo(17));
        Assert.That(
            () => ShardedImages.OpenFolder(_folder.Path, (17 * 8) - 1),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("test-00000.shard: its labels and checksums need 32 bytes of memory, more than the 31"));
    }

    [Test]
    public void The_identity_is_the_hash_of_all_tables()
    {
        using var pair = ShardedImages.OpenFolder(_folder.Path);
        string[] files = ["train-00000", "train-00001", "train-00002", "test-00000"];
        var tables = files.Select(name => File.ReadAllBytes(Path.Combine(_folder.Path, name + ".shard")))
            .SelectMany(file => file[64..^(BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(28)) * ShardBytes.ImageBytes)]);
        Assert.That(pair.Identity.Hash, Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(tables.ToArray()))));
    }

    [TestCase("train-00001.shard", "train-00001.shard in its place")]
    [TestCase("train-00002.shard", "it is number 0 of 3, expected number 0 of the 2 that are here")]
    public void A_missing_shard_is_told(string missing, string told)
    {
        File.Delete(Path.Combine(_folder.Path, missing));
        Refuses(told);
    }

    [Test]
    public void Missing_test_images_are_told()
    {
        File.Delete(Path.Combine(_folder.Path, "test-00000.shard"));
        Assert.That(() => ShardedImages.OpenFolder(_folder.Path), Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("test-00000.shard"));
    }

    [Test]
    public void A_shard_of_another_set_is_told()
    {
        _folder.Write("train-00001.shard", ShardBytes.Shard(7, 1, 1, 3, set: 9));
        Refuses("of another set than the first one");
    }

    [Test]
    public void Test_images_of_other_classes_are_told()
    {
        _folder.Write("test-00000.shard", ShardBytes.Shard(13, 4, set: 8, classes: ["ant", "bee", "cat", "dog", "fly"]));
        Refuses("the test images have other classes");
    }

    [TestCase(0, "does not begin as a shard")]
    [TestCase(8, "version")]
    [TestCase(28, "header's checksum")]
    [TestCase(63, "header's checksum")]
    [TestCase(70, "tables' checksum")]
    public void A_flipped_byte_of_header_and_tables_is_told(int at, string told)
    {
        var bytes = ShardBytes.Shard(7, 1, 1, 3);
        bytes[at] ^= 4;
        _folder.Write("train-00001.shard", bytes);
        Refuses(told);
    }

    [TestCase(12, 0, "height is 0, expected 1 to")]
    [TestCase(16, 70000, "width is 70000")]
    [TestCase(20, 65, "number of channels is 65")]
    [TestCase(24, 0, "number of classes is 0")]
    [TestCase(28, 2, "bytes, expected")]
    [TestCase(28, int.MaxValue, "bytes, expected")]
    [TestCase(40, 1 << 25, "length of the names")]
    [TestCase(83, 999, "values of channel 0, expected 12")]
    [TestCase(24, 2, "the label of image 0 is 2, expected 0 to 1")]
    public void A_header_that_is_forged_is_told(int at, int value, string told)
    {
        var bytes = ShardBytes.Shard(7, 1, 1, 3);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
        ShardBytes.Sign(bytes);
        _folder.Write("train-00001.shard", bytes);
        Refuses(told);
    }

    [Test]
    public void A_length_that_is_not_the_headers_is_told([Values(-1, 1)] int more)
    {
        var bytes = ShardBytes.Shard(7, 1, 1, 3);
        Array.Resize(ref bytes, bytes.Length + more);
        _folder.Write("train-00001.shard", bytes);
        Refuses("truncated or too long");
    }

    [Test]
    public void A_damaged_image_is_told_when_it_is_read_and_no_sooner()
    {
        var bytes = ShardBytes.Shard(8, 5, 2, 3);
        bytes[^1] ^= 1;
        var path = _folder.Write("train-00002.shard", bytes);
        using var pair = ShardedImages.OpenFolder(_folder.Path);
        Expect(pair.Train, [11], [11]);
        Assert.That(
            () => pair.Train.Read([12], new byte[ShardBytes.ImageBytes], new int[1]),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(path).And.Message.Contains("image 4"));
    }

    private static void Expect(IImageDataset images, int[] indices, int[] expected)
    {
        var bytes = new byte[indices.Length * ShardBytes.ImageBytes];
        var labels = new int[indices.Length];
        images.Read(indices, bytes, labels);
        Assert.That(labels, Is.EqualTo(expected.Select(i => i % 5)));
        Assert.That(bytes, Is.EqualTo(expected.SelectMany(ShardBytes.Image)));
    }

    private void Refuses(string told) => Assert.That(
        () => ShardedImages.OpenFolder(_folder.Path), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(told));
}
