using System.Globalization;
using System.Security.Cryptography;
using Recede.Engine.Data;
using Recede.Engine.Data.Crops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Data.Crops;

internal sealed class CropTests
{
    private const int Side = 40;

    // Index i: noise of its own.
    private static ImageDataset Images(int height = Side, int width = Side, int count = 6, int channels = 3) => new(
        "noise", height, width, channels, 10, DataBytes.Noise(count * height * width * channels, 5), Enumerable.Range(0, count).ToArray());

    [TestCase(40, 40)]
    [TestCase(300, 200)]
    [TestCase(5, 64)]
    [TestCase(64, 5)]
    [TestCase(1, 1)]
    public void Drawn_parts_lie_inside_and_keep_to_the_published_ranges(int height, int width)
    {
        const int Draws = 4000;
        var (least, most, tall, wide) = (1.0, 0.0, 0, 0);
        for (var i = 0; i < Draws; i++)
        {
            var box = RandomResizedCrop.Draw(height, width, seed: 3, epoch: i % 7, index: i);
            Assert.That(box.Top >= 0 && box.Left >= 0 && box.Height > 0 && box.Width > 0 && box.Top + box.Height <= height && box.Left + box.Width <= width, $"{box}");
            var area = (double)box.Height * box.Width / height / width;
            (least, most) = (Math.Min(least, area), Math.Max(most, area));
            tall += box.Height > box.Width ? 1 : 0;
            wide += box.Width > box.Height ? 1 : 0;
            if (height >= 200)
            {
                Assert.That((double)box.Width / box.Height, Is.InRange(0.74, 1.35), $"{box}");
            }
        }

        if (height >= 200)
        {
            Assert.That(least, Is.InRange(0.079, 0.1));
            Assert.That(most, Is.InRange(0.8, 1));
            Assert.That(tall, Is.InRange(0.3 * Draws, 0.8 * Draws));
            Assert.That(wide, Is.InRange(0.15 * Draws, 0.6 * Draws));
        }
    }

    [Test]
    public void An_area_is_drawn_uniformly_and_a_ratio_by_its_logarithm()
    {
        const int Draws = 20000;
        var (areas, ratios) = (new List<double>(), new List<double>());
        for (var i = 0; i < Draws; i++)
        {
            var box = RandomResizedCrop.Draw(2000, 2000, seed: 11, epoch: 0, index: i);
            areas.Add((double)box.Height * box.Width / 4e6);
            ratios.Add(Math.Log((double)box.Width / box.Height));
        }

        // Large squares leave no room for long sides: those draws are repeated, so only the lower half is uniform to the eye.
        var low = areas.Where(area => area < 0.5).ToList();
        Assert.That(low.Average(), Is.EqualTo((0.08 + 0.5) / 2).Within(0.005));
        Assert.That(ratios.Average(), Is.Zero.Within(0.005));
        Assert.That(ratios.Max(), Is.EqualTo(Math.Log(4.0 / 3)).Within(0.005));
    }

    [Test]
    public void A_part_of_the_images_own_size_and_place_is_left_as_it_is()
    {
        var image = Images(count: 1);
        var result = new byte[16 * 16 * 3];
        new Resampler(Side, Side, 3, 16).Stretch(image.Image(0), Side, new CropBox(5, 7, 16, 16), result);
        for (var i = 0; i < result.Length; i++)
        {
            var (y, x, c) = (i / 48, i / 3 % 16, i % 3);
            Assert.That(result[i], Is.EqualTo(image.Image(0)[(((5 + y) * Side) + 7 + x) * 3 + c]), $"place {i}");
        }
    }

    [TestCase(1)]
    [TestCase(7)]
    [TestCase(40)]
    public void Stretching_agrees_with_the_definition_in_double_precision(int size)
    {
        var image = Images(count: 1);
        var resampler = new Resampler(Side, Side, 3, size);
        var result = new byte[size * size * 3];
        for (var draw = 0; draw < 20; draw++)
        {
            var box = RandomResizedCrop.Draw(Side, Side, seed: 2, epoch: 0, index: draw);
            resampler.Stretch(image.Image(0), Side, box, result);
            for (var i = 0; i < result.Length; i++)
            {
                var (y, x, c) = (i / (3 * size), i / 3 % size, i % 3);
                double sum = 0, weights = 0;
                for (var row = 0; row < box.Height; row++)
                {
                    for (var column = 0; column < box.Width; column++)
                    {
                        var weight = Triangle(row, y, (double)box.Height / size) * Triangle(column, x, (double)box.Width / size);
                        weights += weight;
                        sum += weight * image.Image(0)[(((box.Top + row) * Side) + box.Left + column) * 3 + c];
                    }
                }

                // Each of two passes rounds to bytes.
                Assert.That(result[i], Is.EqualTo(sum / weights).Within(1.01), $"draw {draw}, {box}, place {i}");
            }
        }

        static double Triangle(int source, int target, double scale) =>
            Math.Max(0, 1 - (Math.Abs(source + 0.5 - ((target + 0.5) * scale)) / Math.Max(1, scale)));
    }

    [Test]
    public void Stretching_gives_Pillows_bytes()
    {
        using var folder = new TemporaryFolder();
        var image = Images(48, 37, count: 1);
        folder.Write("image", image.Image(0).ToArray());
        var expected = new List<string>();
        var lines = new List<string>();
        foreach (var size in (int[])[1, 16, 37])
        {
            var resampler = new Resampler(48, 37, 3, size);
            for (var draw = 0; draw < 25; draw++)
            {
                var box = RandomResizedCrop.Draw(48, 37, seed: 4, epoch: size, index: draw);
                var result = new byte[size * size * 3];
                resampler.Stretch(image.Image(0), 37, box, result);
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{box.Left} {box.Top} {box.Left + box.Width} {box.Top + box.Height} {size}"));
                expected.Add(Convert.ToHexStringLower(SHA256.HashData(result)));
            }
        }

        folder.Write("parts", System.Text.Encoding.ASCII.GetBytes(string.Join('\n', lines)));
        var output = Pillow.Run("-c", """
            import hashlib, sys
            from PIL import Image
            image = Image.frombytes("RGB", (37, 48), open(sys.argv[1] + "/image", "rb").read())
            for line in open(sys.argv[1] + "/parts"):
                *box, size = map(int, line.split())
                print(hashlib.sha256(image.crop(box).resize((size, size), Image.BILINEAR).tobytes()).hexdigest())
            """, folder.Path);
        Assert.That(output.TrimEnd('\n').Split('\n'), Is.EqualTo(expected));
    }

    [Test]
    public void An_epochs_image_depends_on_seed_epoch_and_index_alone()
    {
        using var crops = new CroppedImages(Images(), 16, seed: 5);
        using var again = new CroppedImages(Images(), 16, seed: 5);
        using var others = new CroppedImages(Images(), 16, seed: 6);
        var one = Read(crops, 2, [4, 1, 3]);
        Assert.That(Read(again, 2, [1]), Is.EqualTo(one[768..1536]));
        Assert.That(Read(again, 2, [3, 4]), Is.EqualTo((byte[])[.. one[1536..], .. one[..768]]));
        Assert.That(Read(crops, 3, [4]), Is.Not.EqualTo(one[..768]));
        Assert.That(Read(others, 2, [4]), Is.Not.EqualTo(one[..768]));
    }

    [Test]
    public void In_evaluation_it_is_the_square_in_the_middle()
    {
        var images = Images(height: 21, width: 30, count: 2, channels: 1);
        using var crops = new CroppedImages(images, 16, seed: 5);
        var result = new byte[256];
        var labels = new int[1];
        crops.Read([1], result, labels);
        Assert.That(labels[0], Is.EqualTo(1));
        for (var i = 0; i < result.Length; i++)
        {
            Assert.That(result[i], Is.EqualTo(images.Image(1)[((2 + (i / 16)) * 30) + 7 + (i % 16)]), $"place {i}");
        }
    }

    [Test]
    public void A_loader_that_shuffles_gives_each_epoch_its_own_parts_and_another_the_middle()
    {
        using var crops = new CroppedImages(Images(), 16, seed: 5);
        using var training = new BatchLoader(crops, batchSize: 4, seed: 1);
        for (var epoch = 0; epoch < 2; epoch++)
        {
            foreach (var batch in training.Epoch(epoch))
            {
                Assert.That(batch.Images.ToArray(), Is.EqualTo(Read(crops, epoch, batch.Indices.ToArray())));
            }
        }

        using var evaluation = new BatchLoader(crops, batchSize: 6, shuffle: false);
        foreach (var batch in evaluation.Epoch(1))
        {
            var middle = new byte[batch.Images.Length];
            crops.Read(batch.Indices, middle, new int[6]);
            Assert.That(batch.Images.ToArray(), Is.EqualTo(middle));
        }
    }

    [TestCase(0)]
    [TestCase(31)]
    public void A_size_that_the_images_do_not_have_is_refused(int size) => Assert.That(
        () => new CroppedImages(Images(height: 30), size), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("1 to 30"));

    private static byte[] Read(CroppedImages images, int epoch, int[] indices)
    {
        var result = new byte[indices.Length * 16 * 16 * 3];
        var labels = new int[indices.Length];
        images.Read(epoch, indices, result, labels);
        Assert.That(labels, Is.EqualTo(indices));
        return result;
    }
}
