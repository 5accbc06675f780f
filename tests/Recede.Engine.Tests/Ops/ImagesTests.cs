using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Ops;

/// <summary>Normalisation, crops and flips against naive loops; that they are random, and the same for the same seed.</summary>
[TestFixture(CpuTestDevice.Name, Category = InstructionSets.Category)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class ImagesTests(string device) : DeviceFixture(device)
{
    private static readonly ImageNormalization Grey = new([0.2860f], [0.3530f]);
    private static readonly ImageNormalization Colour = new([0.4914f, 0.4822f, 0.4465f], [0.2023f, 0.1994f, 0.2010f]);

    [TestCase(1)]
    [TestCase(3)]
    [TestCase(7)]
    [TestCase(37)]
    public void Normalises_every_byte_in_every_channel(int channels)
    {
        ImageNormalization normalization = Many(channels);
        var shape = new Shape(2, 16, 16, channels);
        var bytes = new byte[shape.Count];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(i / channels);
        }

        float[] y = Run(bytes, shape, null, new ImageArguments(normalization));
        var expected = new double[y.Length];
        for (int i = 0; i < y.Length; i++)
        {
            int c = i % channels;
            expected[i] = ((bytes[i] / 255.0) - normalization.Mean[c]) / normalization.Std[c];
        }

        TensorAssert.AreClose(y, expected, 1e-7, what: "y");
    }

    [Test]
    public void Crops_and_flips_as_drawn([Values(0, 1, 4)] int padding, [Values] bool flip, [Values(1, 3, 17)] int channels)
    {
        ImageNormalization normalization = Many(channels);
        var shape = new Shape(19, 5, 7, channels);
        byte[] bytes = RandomBytes(shape);
        var indices = new int[shape.N];
        for (int n = 0; n < indices.Length; n++)
        {
            indices[n] = n * 1000;
        }

        var args = new ImageArguments(normalization, padding, flip, Seed: 11, Epoch: 5);
        TensorAssert.AreClose(Run(bytes, shape, indices, args), Naive(bytes, shape, indices, args), 1e-7, what: "y");
    }

    [Test]
    public void Every_offset_comes_about_as_often_and_half_are_flipped()
    {
        const int Draws = 20000;
        var args = new ImageArguments(Colour, CropPadding: 4, Flip: true, Seed: 3, Epoch: 9);
        var offsets = new int[9, 9];
        int flips = 0;
        for (int index = 0; index < Draws; index++)
        {
            var (down, right, flip) = ImagesRule.Draw(args, index);
            offsets[down + 4, right + 4]++;
            flips += flip ? 1 : 0;
        }

        // Five standard deviations of a binomial count.
        Assert.That(offsets, Is.All.EqualTo(Draws / 81.0).Within(5 * Math.Sqrt(Draws / 81.0)));
        Assert.That(flips, Is.EqualTo(Draws / 2).Within(5 * Math.Sqrt(Draws / 4.0)));
    }

    [Test]
    public void Draws_depend_on_seed_epoch_and_index_alone()
    {
        var shape = new Shape(32, 8, 8, 3);
        byte[] bytes = RandomBytes(shape);
        int[] indices = [.. Enumerable.Range(100, shape.N)];
        var args = new ImageArguments(Colour, 2, true, Seed: 1, Epoch: 1);
        float[] y = Run(bytes, shape, indices, args);
        Assert.That(Run(bytes, shape, indices, args), Is.EqualTo(y));
        Assert.That(Run(bytes, shape, indices, args with { Epoch = 2 }), Is.Not.EqualTo(y));
        Assert.That(Run(bytes, shape, indices, args with { Seed = 2 }), Is.Not.EqualTo(y));

        // The last image alone, in a batch of its own.
        int image = 8 * 8 * 3;
        float[] alone = Run(bytes[^image..], shape.WithN(1), [indices[^1]], args);
        Assert.That(alone, Is.EqualTo(y[^image..]));
    }

    [Test]
    public void Without_indices_nothing_is_moved()
    {
        var shape = new Shape(4, 6, 6, 3);
        byte[] bytes = RandomBytes(shape);
        float[] plain = Run(bytes, shape, null, new ImageArguments(Colour));
        Assert.That(Run(bytes, shape, null, new ImageArguments(Colour, 2, true, 1, 1)), Is.EqualTo(plain));
    }

    [Test]
    public void Gives_the_same_bits_and_zero_padding_with_any_threads([Values(1, 2, 5)] int threads)
    {
        var shape = new Shape(9, 5, 6, 3);
        byte[] bytes = RandomBytes(shape);
        int[] indices = [.. Enumerable.Range(0, shape.N)];
        var args = new ImageArguments(Colour, 2, true, 1, 1);
        using var device = Device.Cpu(threads);
        using var tape = new Tape(device);
        using var step = tape.BeginStep(training: true);
        Tensor y = tape.Images(tape.Input(bytes, shape), tape.Input(indices), args);
        TensorAssert.AreSameBits(y.ToArray(), Run(bytes, shape, indices, args), "y");

        var physical = new float[device.PhysicalCount(shape, TensorLayout.Activation)];
        device.DownloadBytes(tape.SlotOf(y).Address, System.Runtime.InteropServices.MemoryMarshal.AsBytes(physical.AsSpan()));
        Assert.That(physical.Where((_, i) => i % device.Lanes >= shape.C), Is.All.Zero);
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        using var device = Kind.Open();
        using var tape = new Tape(device);
        using var step = tape.BeginStep(training: true);
        Tensor bytes = tape.Input(new byte[2 * 4 * 5 * 3], new Shape(2, 4, 5, 3));
        Tensor two = tape.Input([0, 1]);
        Tensor three = tape.Input([0, 1, 2]);
        Assert.That(() => tape.Images(bytes, two, new ImageArguments(Grey)), Refused("the normalisation has 1 channels, images [2,4,5,3] have 3"));
        Assert.That(() => tape.Images(bytes, three, new ImageArguments(Colour)), Refused("indices must be int32 [2,1,1,1]"));
        Assert.That(() => tape.Images(two, two, new ImageArguments(Colour)), Refused("images must be uint8"));
        Assert.That(() => tape.Images(bytes, two, new ImageArguments(Colour, -1)), Refused("got -1"));
        Assert.That(() => tape.Images(bytes, two, new ImageArguments(Colour, 4)), Refused("got 4"));
        Assert.That(() => tape.Images(bytes, two, new ImageArguments(Colour, 3)), Throws.Nothing);
        Assert.That(() => tape.Images(bytes, two, default), Throws.ArgumentNullException);
    }

    [TestCase(new float[0], new float[0])]
    [TestCase(new[] { 1f }, new[] { 1f, 1f })]
    [TestCase(new[] { float.NaN }, new[] { 1f })]
    [TestCase(new[] { 0f }, new[] { 0f })]
    [TestCase(new[] { 0f }, new[] { -1f })]
    [TestCase(new[] { 0f }, new[] { float.PositiveInfinity })]
    public void A_normalisation_that_cannot_be_is_refused(float[] mean, float[] std) =>
        Assert.That(() => new ImageNormalization(mean, std), Throws.ArgumentException.With.Message.StartsWith("ImageNormalization: "));

    private static NUnit.Framework.Constraints.ContainsConstraint Refused(string what) =>
        Throws.TypeOf<ShapeMismatchException>().With.Message.StartsWith("Images: ").And.Message.Contains(what);

    private static ImageNormalization Many(int channels)
    {
        var mean = new float[channels];
        var std = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            mean[c] = 0.3f + (0.01f * c);
            std[c] = 0.2f + (0.02f * c);
        }

        return new ImageNormalization(mean, std);
    }

    private static byte[] RandomBytes(Shape shape)
    {
        var bytes = new byte[shape.Count];
        new Random(5).NextBytes(bytes);
        return bytes;
    }

    private static double[] Naive(byte[] bytes, Shape s, int[] indices, ImageArguments args)
    {
        var y = new double[s.Count];
        int i = 0;
        for (int n = 0; n < s.N; n++)
        {
            var (down, right, flip) = ImagesRule.Draw(args, indices[n]);
            for (int h = 0; h < s.H; h++)
            {
                for (int w = 0; w < s.W; w++)
                {
                    for (int c = 0; c < s.C; c++)
                    {
                        int row = h + down;
                        int column = (flip ? s.W - 1 - w : w) + right;
                        bool inside = row >= 0 && row < s.H && column >= 0 && column < s.W;
                        int value = inside ? bytes[((((n * s.H) + row) * s.W) + column) * s.C + c] : 0;
                        y[i++] = ((value / 255.0) - args.Normalization.Mean[c]) / args.Normalization.Std[c];
                    }
                }
            }
        }

        return y;
    }

    private float[] Run(byte[] bytes, Shape shape, int[]? indices, ImageArguments args)
    {
        using var device = Kind.Open();
        using var tape = new Tape(device);
        using var step = tape.BeginStep(training: true);
        Tensor y = tape.Images(tape.Input(bytes, shape), indices is null ? Tensor.None : tape.Input(indices), args);
        return y.ToArray();
    }
}
