using Recede.Engine.Data;

namespace Recede.Engine.Tests.Data;

public sealed class IdxReaderTests
{
    private const string FileName = "some-idx3-ubyte";

    private static IdxArray Read(byte[] bytes, int rank = 3)
    {
        using var stream = new MemoryStream(bytes);
        return IdxReader.Read(stream, FileName, rank);
    }

    [Test]
    public void A_sound_file_gives_its_sizes_and_bytes([Values] bool packed)
    {
        byte[] file = DataBytes.IdxImages(5, 4, 3);
        IdxArray array = Read(packed ? DataBytes.Gzip(file) : file);
        Assert.That(array.Dimensions.ToArray(), Is.EqualTo(new[] { 5, 4, 3 }));
        Assert.That(array.Values.ToArray(), Is.EqualTo(file[16..]));
    }

    [Test]
    public void A_file_larger_than_the_first_read_is_whole([Values] bool packed)
    {
        byte[] file = DataBytes.IdxImages(3000, 29, 31); // 2.7 MB
        IdxArray array = Read(packed ? DataBytes.Gzip(file) : file);
        Assert.That(array.Values.Span.SequenceEqual(file.AsSpan(16)), Is.True);
    }

    [Test]
    public void A_stream_is_read_from_its_position()
    {
        byte[] file = DataBytes.IdxImages(2, 3, 4);
        using var stream = new MemoryStream([1, 2, 3, .. file]) { Position = 3 };
        Assert.That(IdxReader.Read(stream, FileName, 3).Values.ToArray(), Is.EqualTo(file[16..]));
    }

    [Test]
    public void Images_and_labels_make_a_data_set([Values] bool packed)
    {
        using var folder = new TemporaryFolder();
        byte[] images = DataBytes.IdxImages(25, 4, 3);
        byte[] labels = DataBytes.IdxLabels(25);
        string imagesPath = folder.Write("images", packed ? DataBytes.Gzip(images) : images);
        string labelsPath = folder.Write("labels", packed ? DataBytes.Gzip(labels) : labels);

        ImageDataset data = IdxReader.ReadDataset("mine", imagesPath, labelsPath);

        Assert.That((data.Name, data.Count, data.Height, data.Width, data.Channels, data.Classes),
            Is.EqualTo(("mine", 25, 4, 3, 1, 10)));
        Assert.That(data.Images.ToArray(), Is.EqualTo(images[16..]));
        Assert.That(data.Labels.ToArray(), Is.EqualTo(labels[8..].Select(b => (int)b)));
    }

    [Test]
    public void Labels_of_another_number_are_refused()
    {
        InvalidDataException error = ReadDatasetFails(DataBytes.IdxImages(5, 4, 3), DataBytes.IdxLabels(6));
        Assert.That(
            error.Message,
            Does.Contain("the-labels: expected 5 labels").And.Contain("the-images").And.Contain("got 6"));
    }

    [Test]
    public void A_label_beyond_the_classes_is_refused()
    {
        byte[] labels = DataBytes.IdxLabels(5);
        labels[8 + 3] = 10;
        InvalidDataException error = ReadDatasetFails(DataBytes.IdxImages(5, 4, 3), labels);
        Assert.That(error.Message, Does.Contain("the-labels").And.Contain("0 to 9").And.Contain("10 for image 3"));
    }

    [Test]
    public void Images_in_place_of_labels_are_refused()
    {
        byte[] images = DataBytes.IdxImages(5, 4, 3);
        Assert.That(ReadDatasetFails(images, images).Message, Does.Contain("the-labels").And.Contain("00000803"));
    }

    [Test]
    public void An_absent_file_is_named()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "absent");
        Assert.That(() => IdxReader.Read(path, 1), Throws.InstanceOf<IOException>().With.Message.Contains(path));
    }

    [Test]
    public void A_stream_that_cannot_be_sought_is_refused()
    {
        using var packed = new MemoryStream(DataBytes.Gzip(DataBytes.IdxLabels(3)));
        using var stream = new System.IO.Compression.GZipStream(
            packed, System.IO.Compression.CompressionMode.Decompress);
        Assert.That(
            () => IdxReader.Read(stream, FileName, 1),
            Throws.ArgumentException.With.Message.Contains(FileName));
    }

    private static InvalidDataException ReadDatasetFails(byte[] images, byte[] labels)
    {
        using var imageStream = new MemoryStream(images);
        using var labelStream = new MemoryStream(labels);
        return Assert.Throws<InvalidDataException>(
            () => IdxReader.ReadDataset("mine", imageStream, "the-images", labelStream, "the-labels"))!;
    }
}
