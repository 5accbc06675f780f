using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Recede.Engine.Data.Shards;
using Recede.Engine.Tests.Support;
using Recede.Engine.Tests.Trainer;

namespace Recede.Engine.Tests.Data.Shards;

/// <summary>tools/make_shards.py, on images that are made here, and a training on what it makes.</summary>
internal sealed class MakeShardsTests
{
    private static readonly string Script = Repository.PathOf("tools/make_shards.py");

    private TemporaryFolder _folder = null!;

    private string Source => Path.Combine(_folder.Path, "images");

    private string Shards => Path.Combine(_folder.Path, "shards");

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        for (var i = 0; i < 70; i++)
        {
            Write($"images/{(i < 60 ? "train" : "val")}/{(i % 2 == 0 ? "even" : "odd")}/{i}.ppm", width: 40 + (i % 3), height: 40, i);
        }
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void What_the_script_writes_is_read_image_for_image()
    {
        var output = Pillow.Run(Script, Source, Shards, "--size", "40", "--shard-images", "25", "--jobs", "1");
        Assert.That(output.TrimEnd('\n').Split('\n'), Has.Length.EqualTo(4));
        Assert.That(Directory.GetFiles(Shards), Has.Length.EqualTo(4), "three shards of training images, one of test images");
        using var pair = ShardedImages.OpenFolder(Shards);
        Assert.That((pair.Train.Count, pair.Test.Count, pair.Train.Height, pair.Train.Width), Is.EqualTo((60, 10, 40, 40)));
        Assert.That(((ShardedImages)pair.Train).ClassNames, Is.EqualTo(new[] { "even", "odd" }));

        // Nothing was scaled, so the squares in the middle are exact; each image is there once, with its label.
        var seen = new HashSet<int>();
        var (image, label) = (new byte[40 * 40 * 3], new int[1]);
        for (var place = 0; place < 60; place++)
        {
            pair.Train.Read([place], image, label);
            var number = image[2];
            Assert.That(seen.Add(number));
            Assert.That(label[0], Is.EqualTo(number % 2));
            var width = 40 + (number % 3);
            var expected = Pixels(width, 40, number);
            for (var i = 0; i < image.Length; i++)
            {
                Assert.That(image[i], Is.EqualTo(expected[(((i / 120) * width) + ((width - 40) / 2) + (i / 3 % 40)) * 3 + (i % 3)]), $"image {number}, place {i}");
            }
        }

        Assert.That(seen, Is.EquivalentTo(Enumerable.Range(0, 60)));
    }

    [Test]
    public void The_trainer_trains_ResNet_18_on_crops_of_shards_and_evaluates_it_on_such()
    {
        Pillow.Run(Script, Source, Shards, "--size", "36", "--jobs", "1");
        var folder = Path.Combine(_folder.Path, "out");
        var run = ProgramRun.Of(
            "train", "--data", Shards, "--image-size", "32", "--augment", "resized+flip", "--network", "resnet-18", "--epochs", "1", "--batch", "4",
            "--train-images", "8", "--test-images", "4", "--lambda", "0.1", "--lr", "0.01", "--latency-batch", "1", "--device", "cpu", "--out", folder);
        Assert.That(run.Error, Is.Empty);
        Assert.That(run.Output, Does.Contain("data      shards (").And.Contain("8 + 4 images, 32x32x3").And.Contain("resized crop and flip"));

        // The checkpoint says how large the crops were.
        var evaluation = ProgramRun.Of("eval", Path.Combine(folder, "best.safetensors"), "--data", Shards, "--latency-batch", "1", "--device", "cpu");
        Assert.That(evaluation.Error, Is.Empty);
        Assert.That(evaluation.Output, Does.Contain("60 + 10 images, 32x32x3"));
    }

    [Test]
    public void A_file_that_is_no_image_is_named_and_leaves_no_shard_of_it()
    {
        var path = _folder.Write("images/train/odd/broken.jpg", [1, 2, 3]);
        Assert.That(Pillow.Fail(Script, Source, Shards, "--size", "40", "--jobs", "1"), Does.Contain($"make_shards.py: {path}"));
        Assert.That(Directory.GetFiles(Shards, "*.shard"), Is.Empty);
    }

    [Test]
    public void A_making_that_fails_leaves_no_test_shards_of_the_one_before()
    {
        Pillow.Run(Script, Source, Shards, "--size", "40", "--jobs", "1");
        var test = Path.Combine(Source, "val");
        Directory.Move(test, test + "-away");
        Directory.CreateDirectory(test);
        Assert.That(Pillow.Fail(Script, Source, Shards, "--size", "40", "--jobs", "1"), Does.Contain($"{test} holds no images"));
        Assert.That(Directory.GetFiles(Shards), Has.Length.EqualTo(2), "nothing is begun without images for both");

        Directory.Delete(test);
        Directory.Move(test + "-away", test);
        _folder.Write("images/train/odd/broken.jpg", [1, 2, 3]);
        Pillow.Fail(Script, Source, Shards, "--size", "40", "--jobs", "1");
        Assert.That(Directory.GetFiles(Shards), Is.Empty);
    }

    [Test]
    public void Other_files_of_the_same_names_are_another_set()
    {
        var numbers = new HashSet<uint>();
        foreach (var width in (int[])[40, 60])
        {
            Write("images/train/even/0.ppm", width, 40, 0);
            Pillow.Run(Script, Source, Shards, "--size", "40", "--jobs", "1");
            numbers.Add(BinaryPrimitives.ReadUInt32LittleEndian(File.ReadAllBytes(Path.Combine(Shards, "train-00000.shard")).AsSpan(44)));
        }

        Assert.That(numbers, Has.Count.EqualTo(2));
    }

    [Test]
    public void A_class_without_training_images_is_refused()
    {
        Write("images/val/new/1.ppm", 40, 40, 1);
        Assert.That(Pillow.Fail(Script, Source, Shards), Does.Contain("new"));
    }

    // Every image tells its number: the blue of each pixel.
    private static byte[] Pixels(int width, int height, int number)
    {
        var pixels = DataBytes.Noise(width * height * 3, number);
        for (var i = 2; i < pixels.Length; i += 3)
        {
            pixels[i] = (byte)number;
        }

        return pixels;
    }

    private void Write(string name, int width, int height, int number) => _folder.Write(
        name, [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"P6 {width} {height} 255\n")), .. Pixels(width, height, number)]);
}
