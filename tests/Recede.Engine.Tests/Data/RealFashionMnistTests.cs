using System.IO.Compression;
using System.Security.Cryptography;
using Recede.Engine.Data;
using Recede.Trainer;

namespace Recede.Engine.Tests.Data;

public sealed class RealFashionMnistTests
{
    private static void RequirePackage()
    {
        if (!Directory.Exists(DatasetCatalog.FashionMnistFolder))
        {
            Assert.Ignore(
                $"{DatasetCatalog.FashionMnistFolder} is absent: Debian's dataset-fashion-mnist is not installed.");
        }
    }

    // The digests of the unpacked files, which are the same in every distribution.
    [TestCase("train-images-idx3-ubyte", 3, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888")]
    [TestCase("train-labels-idx1-ubyte", 1, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9")]
    [TestCase("t10k-images-idx3-ubyte", 3, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b")]
    [TestCase("t10k-labels-idx1-ubyte", 1, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34")]
    public void Debians_files_are_read_byte_for_byte(string name, int rank, string digest)
    {
        RequirePackage();
        string path = Path.Combine(DatasetCatalog.FashionMnistFolder, name + ".gz");
        IdxArray array = IdxReader.Read(path, rank);

        using FileStream packed = File.OpenRead(path);
        using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        var header = new byte[4 + (4 * rank)];
        unpacked.ReadExactly(header);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        hash.AppendData(array.Values.Span);
        Assert.That(Convert.ToHexStringLower(hash.GetHashAndReset()), Is.EqualTo(digest));
    }

    [Test]
    public void The_name_opens_Debians_files_and_the_embedded_images_are_their_first()
    {
        RequirePackage();
        DatasetPair full = DatasetCatalog.Open("fashion-mnist");
        Assert.That((full.Name, full.Train.Count, full.Test.Count), Is.EqualTo(("fashion-mnist", 60000, 10000)));
        Assert.That((full.Train.Height, full.Train.Width, full.Train.Channels), Is.EqualTo((28, 28, 1)));
        Assert.That(full.Train.Normalization, Is.SameAs(ImageStatistics.FashionMnist));
        Assert.That(
            ImageStatistics.Agree(ImageStatistics.Measure(((ImageDataset)full.Train).Images.Span, 1), ImageStatistics.FashionMnist), Is.True);

        DatasetPair embedded = EmbeddedFashionMnist.Open();
        Assert.That(SameAs(embedded.Train, full.Train.Subset(10000)), Is.True);
        Assert.That(SameAs(embedded.Test, full.Test.Subset(2000)), Is.True);
    }

    [Test]
    public void The_embedded_images_need_no_package()
    {
        DatasetPair pair = EmbeddedFashionMnist.Open();
        Assert.That((pair.Train.Count, pair.Test.Count, pair.Train.Classes), Is.EqualTo((10000, 2000, 10)));
        Assert.That((pair.Train.Height, pair.Train.Width, pair.Train.Channels), Is.EqualTo((28, 28, 1)));
        Assert.That(pair.Train.Normalization, Is.SameAs(ImageStatistics.FashionMnist));
        Assert.That(
            ClassCounts(pair.Train),
            Is.EqualTo(new[] { 942, 1027, 1016, 1019, 974, 989, 1021, 1022, 990, 1000 }));
        Assert.That(ClassCounts(pair.Test), Is.EqualTo(new[] { 200, 203, 214, 190, 219, 195, 197, 200, 194, 188 }));
    }

    private static bool SameAs(IImageDataset one, IImageDataset other) =>
        one is ImageDataset a && other is ImageDataset b && a.Images.Span.SequenceEqual(b.Images.Span) && a.Labels.Span.SequenceEqual(b.Labels.Span);

    private static int[] ClassCounts(IImageDataset data) =>
        [.. ((ImageDataset)data).Labels.ToArray().GroupBy(label => label).OrderBy(group => group.Key).Select(group => group.Count())];
}
