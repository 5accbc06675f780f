using Recede.Engine.Data;

namespace Recede.Engine.Tests.Data;

public sealed class DatasetCatalogTests
{
    private static readonly string[] IdxFiles =
        ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private void WriteIdx(bool packed = false, string under = "", char separator = '-')
    {
        byte[][] contents =
        [
            DataBytes.IdxImages(30, 6, 5),
            DataBytes.IdxLabels(30),
            DataBytes.IdxImages(20, 6, 5, seed: 2),
            DataBytes.IdxLabels(20),
        ];
        for (int i = 0; i < 4; i++)
        {
            string name = IdxFiles[i].Replace("-idx", separator + "idx");
            _folder.Write(
                Path.Combine(under, packed ? name + ".gz" : name), packed ? DataBytes.Gzip(contents[i]) : contents[i]);
        }
    }

    private void WriteCifar10(string under = "")
    {
        foreach (string file in CifarReader.Cifar10TrainFiles.Concat(CifarReader.Cifar10TestFiles))
        {
            _folder.Write(Path.Combine(under, file), DataBytes.Cifar(1, fine: false));
        }
    }

    private void WriteCifar100(string under = "")
    {
        _folder.Write(Path.Combine(under, "train.bin"), DataBytes.Cifar(2, fine: true));
        _folder.Write(Path.Combine(under, "test.bin"), DataBytes.Cifar(1, fine: true));
    }

    [Test]
    public void A_folder_of_IDX_files_is_opened([Values] bool packed, [Values('-', '.')] char separator)
    {
        WriteIdx(packed, "my-digits", separator);
        DatasetPair pair = DatasetCatalog.Open(Path.Combine(_folder.Path, "my-digits") + Path.DirectorySeparatorChar);
        Assert.That((pair.Name, pair.Train.Count, pair.Test.Count), Is.EqualTo(("my-digits", 30, 20)));
        Assert.That(pair.Test.Normalization, Is.SameAs(pair.Train.Normalization), "the training images' statistics");
        Assert.That(
            pair.Train.Normalization.Mean[0],
            Is.EqualTo(DataBytes.IdxImages(30, 6, 5)[16..].Average(b => b / 255.0)).Within(1e-6));
    }

    [Test]
    public void The_unpacked_file_is_taken_where_both_are_there()
    {
        WriteIdx(packed: false);
        _folder.Write("train-images-idx3-ubyte.gz", [1, 2, 3]);
        Assert.That(DatasetCatalog.Open(_folder.Path).Train.Count, Is.EqualTo(30));
    }

    [TestCase("")]
    [TestCase("cifar-10-batches-bin")]
    public void A_folder_of_Cifar10_is_opened(string under)
    {
        WriteCifar10(under);
        Assert.That(DatasetCatalog.Open(_folder.Path).Name, Is.EqualTo("cifar-10"));
    }

    [TestCase("")]
    [TestCase("cifar-100-binary")]
    public void A_folder_of_Cifar100_is_opened(string under)
    {
        WriteCifar100(under);
        Assert.That(DatasetCatalog.Open(_folder.Path).Name, Is.EqualTo("cifar-100"));
    }

    [Test]
    public void Two_data_sets_in_one_folder_are_refused()
    {
        WriteIdx();
        WriteCifar100("cifar-100-binary");
        Assert.That(
            () => DatasetCatalog.Open(_folder.Path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(_folder.Path)
                .And.Message.Contains("IDX").And.Message.Contains("CIFAR-100").And.Not.Message.Contains("CIFAR-10 "));
    }

    [Test]
    public void A_folder_of_nothing_known_tells_what_was_looked_for()
    {
        _folder.Write("notes.txt", [1]);
        Assert.That(
            () => DatasetCatalog.Open(_folder.Path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(_folder.Path)
                .And.Message.Contains("train-images-idx3-ubyte").And.Message.Contains("data_batch_1.bin")
                .And.Message.Contains("train.bin"));
    }

    [Test]
    public void A_folder_of_some_IDX_files_tells_which_is_missing([ValueSource(nameof(IdxFiles))] string missing)
    {
        WriteIdx();
        File.Delete(Path.Combine(_folder.Path, missing));
        Assert.That(
            () => DatasetCatalog.Open(_folder.Path),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains(missing));
    }

    [Test]
    public void A_folder_of_some_CIFAR_files_tells_which_is_missing()
    {
        _folder.Write("test_batch.bin", DataBytes.Cifar(1, fine: false));
        Assert.That(
            () => DatasetCatalog.Open(_folder.Path),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("data_batch_1.bin"));
    }

    [Test]
    public void Test_images_of_another_size_are_refused()
    {
        WriteIdx();
        string path = _folder.Write("t10k-images-idx3-ubyte", DataBytes.IdxImages(20, 5, 6));
        Assert.That(
            () => DatasetCatalog.Open(_folder.Path),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(path).And.Message.Contains("6 x 5"));
    }

    [Test]
    public void A_name_that_is_neither_folder_nor_known_is_refused()
    {
        string path = Path.Combine(_folder.Path, "absent");
        Assert.That(
            () => DatasetCatalog.Open(path),
            Throws.InstanceOf<DirectoryNotFoundException>().With.Message.Contains(path)
                .And.Message.Contains("fashion-mnist"));
    }
}
