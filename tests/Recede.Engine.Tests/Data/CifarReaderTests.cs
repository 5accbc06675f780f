using Recede.Engine.Data;

namespace Recede.Engine.Tests.Data;

public sealed class CifarReaderTests
{
    private static readonly string[] Cifar10Files = [.. CifarReader.Cifar10TrainFiles, .. CifarReader.Cifar10TestFiles];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private void WriteCifar10(string under = "", int records = 3)
    {
        foreach (string file in Cifar10Files)
        {
            _folder.Write(Path.Combine(under, file), DataBytes.Cifar(records, fine: false));
        }
    }

    private void WriteCifar100(string under = "", int records = 130)
    {
        _folder.Write(Path.Combine(under, "train.bin"), DataBytes.Cifar(records, fine: true));
        _folder.Write(Path.Combine(under, "test.bin"), DataBytes.Cifar(2, fine: true));
    }

    [TestCase("")]
    [TestCase("cifar-10-batches-bin")]
    public void Cifar10_is_read_in_the_files_order_and_interleaved(string under)
    {
        WriteCifar10(under, records: 70); // more than are read at once, and no multiple of it
        DatasetPair pair = CifarReader.ReadCifar10(_folder.Path);

        Assert.That((pair.Train.Count, pair.Test.Count, pair.Train.Classes), Is.EqualTo((350, 70, 10)));
        Assert.That((pair.Train.Height, pair.Train.Width, pair.Train.Channels), Is.EqualTo((32, 32, 3)));
        Assert.That(pair.Train.Normalization, Is.SameAs(ImageStatistics.Cifar10));
        Assert.That(pair.Test.Normalization, Is.SameAs(ImageStatistics.Cifar10));
        Assert.That(((ImageDataset)pair.Train).Labels.ToArray(), Is.EqualTo(Enumerable.Range(0, 350).Select(i => i % 70 % 10)));
        RequirePixels((ImageDataset)pair.Train, 350, i => i % 70);
    }

    [TestCase("")]
    [TestCase("cifar-100-binary")]
    public void Cifar100_is_read_by_its_fine_labels(string under)
    {
        WriteCifar100(under);
        DatasetPair pair = CifarReader.ReadCifar100(_folder.Path);

        Assert.That((pair.Train.Count, pair.Test.Count, pair.Train.Classes), Is.EqualTo((130, 2, 100)));
        Assert.That(pair.Train.Normalization, Is.SameAs(ImageStatistics.Cifar100));
        Assert.That(((ImageDataset)pair.Train).Labels.ToArray(), Is.EqualTo(Enumerable.Range(0, 130).Select(i => i % 100)));
        RequirePixels((ImageDataset)pair.Train, 130, i => i);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(3072)]
    [TestCase(3074)]
    [TestCase((3 * 3073) - 1)]
    public void A_length_of_no_whole_records_is_refused(int length)
    {
        WriteCifar10();
        string path = _folder.Write("data_batch_3.bin", new byte[length]);
        Assert.That(
            () => CifarReader.ReadCifar10(_folder.Path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(path)
                .And.Message.Contains("3073").And.Message.Contains($"got {length} bytes"));
    }

    [Test]
    public void A_label_beyond_the_classes_is_refused()
    {
        WriteCifar10();
        byte[] bytes = DataBytes.Cifar(3, fine: false);
        bytes[2 * 3073] = 10;
        string path = _folder.Write("test_batch.bin", bytes);
        Assert.That(
            () => CifarReader.ReadCifar10(_folder.Path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(path)
                .And.Message.Contains("0 to 9, got 10 in record 2"));
    }

    [TestCase(0, 20, "coarse label of 0 to 19, got 20")]
    [TestCase(1, 100, "fine label of 0 to 99, got 100")]
    public void A_label_of_Cifar100_beyond_its_classes_is_refused(int place, byte label, string told)
    {
        WriteCifar100();
        byte[] bytes = DataBytes.Cifar(130, fine: true);
        bytes[(77 * 3074) + place] = label;
        string path = _folder.Write("train.bin", bytes);
        Assert.That(
            () => CifarReader.ReadCifar100(_folder.Path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(path)
                .And.Message.Contains(told + " in record 77"));
    }

    [Test]
    public void A_missing_file_is_named([Values(0, 2, 5)] int which)
    {
        WriteCifar10();
        string path = Path.Combine(_folder.Path, Cifar10Files[which]);
        File.Delete(path);
        Assert.That(
            () => CifarReader.ReadCifar10(_folder.Path),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains(path));
    }

    [Test]
    public void Random_corruption_gives_a_data_set_or_a_refusal([Values(1, 2)] int seed)
    {
        var random = new Random(seed);
        byte[] good = DataBytes.Cifar(2, fine: true);
        _folder.Write("test.bin", good);
        int refused = 0;
        for (int round = 0; round < 200; round++)
        {
            byte[] bytes = random.Next(3) == 0 ? good[..random.Next(good.Length + 1)] : [.. good];
            for (int i = 0; i < 3 && bytes.Length > 0; i++)
            {
                // The labels' places, and any other.
                int at = random.Next(2) == 0 ? (random.Next(2) * 3074) + random.Next(2) : random.Next(bytes.Length);
                bytes[Math.Min(at, bytes.Length - 1)] = (byte)random.Next(256);
            }

            string path = _folder.Write("train.bin", bytes);
            try
            {
                DatasetPair pair = CifarReader.ReadCifar100(_folder.Path);
                Assert.That(pair.Train.Count * 3074, Is.EqualTo(bytes.Length), $"round {round}");
            }
            catch (InvalidDataException error)
            {
                Assert.That(error.Message, Does.Contain(path), $"round {round}");
                refused++;
            }
        }

        Assert.That(refused, Is.InRange(50, 199));
    }

    private static void RequirePixels(ImageDataset data, int count, Func<int, int> recordOf)
    {
        for (int n = 0; n < count; n++)
        {
            ReadOnlySpan<byte> image = data.Image(n);
            for (int i = 0; i < image.Length; i++)
            {
                int plane = i % 3;
                int pixel = i / 3;
                byte expected = DataBytes.CifarValue(recordOf(n), (plane * 1024) + pixel);
                if (image[i] != expected)
                {
                    Assert.Fail($"image {n}, pixel {pixel}, channel {plane}: expected {expected}, got {image[i]}");
                }
            }
        }
    }
}
