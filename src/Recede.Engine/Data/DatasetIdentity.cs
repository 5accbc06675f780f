using System.Globalization;
using System.Security.Cryptography;
using Recede.Engine.Core;
using Recede.Engine.Ops;

namespace Recede.Engine.Data;

/// <summary>
/// What tells one pair of data sets from another, and what a network needs to be told of the images that it was trained on. A checkpoint
/// keeps it: to refuse to go on with other images, and to evaluate a network from its file alone.
/// </summary>
public sealed class DatasetIdentity
{
    private DatasetIdentity(
        string name, int trainImages, int testImages, int height, int width, int channels, int classes, ImageNormalization normalization, string hash)
    {
        (Name, TrainImages, TestImages) = (name, trainImages, testImages);
        (Height, Width, Channels, Classes) = (height, width, channels, classes);
        (Normalization, Hash) = (normalization, hash);
    }

    /// <summary>Name of the data set.</summary>
    public string Name { get; }

    /// <summary>Training images.</summary>
    public int TrainImages { get; }

    /// <summary>Test images.</summary>
    public int TestImages { get; }

    /// <summary>Rows of an image, H.</summary>
    public int Height { get; }

    /// <summary>Columns of an image, W.</summary>
    public int Width { get; }

    /// <summary>Channels of an image, C.</summary>
    public int Channels { get; }

    /// <summary>Classes.</summary>
    public int Classes { get; }

    /// <summary>What images become a network's input by.</summary>
    public ImageNormalization Normalization { get; }

    /// <summary>SHA-256 of all images and labels, training first, in hexadecimal digits; shards have their tables in place of the images.</summary>
    public string Hash { get; }

    private (int, int, int, int, int, int) Sizes => (TrainImages, TestImages, Height, Width, Channels, Classes);

    /// <summary>"fashion-mnist, 60,000 + 10,000 images of 28x28x1 in 10 classes".</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Name}, {TrainImages:N0} + {TestImages:N0} images of {Height}x{Width}x{Channels} in {Classes} classes");

    /// <summary>Looks at every byte in memory, 0.1 s or so for 200 MB; of shards, at the checksums of their images.</summary>
    internal static DatasetIdentity Of(DatasetPair data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        data.Train.AppendTo(hash);
        data.Test.AppendTo(hash);

        var (train, text) = (data.Train, Convert.ToHexStringLower(hash.GetHashAndReset()));
        return new DatasetIdentity(
            data.Name, train.Count, data.Test.Count, train.Height, train.Width, train.Channels, train.Classes, train.Normalization, text);
    }

    internal static DatasetIdentity Read(StateReader reader)
    {
        var mean = reader.Numbers("mean");
        var std = reader.Numbers("std");
        var channels = reader.Integer("channels", 1);
        return mean.Length == channels
            ? new DatasetIdentity(
                reader.Text("name"),
                reader.Integer("train", 1),
                reader.Integer("test", 1),
                reader.Integer("height", 1),
                reader.Integer("width", 1),
                channels,
                reader.Integer("classes", 1),
                new ImageNormalization(Floats(mean), Floats(std)),
                reader.Text("hash"))
            : throw reader.Error($"{channels} channels have {mean.Length} means");

        static float[] Floats(double[] values) => Array.ConvertAll(values, value => (float)value);
    }

    internal void Save(StateWriter writer)
    {
        writer.Write("name", Name);
        writer.Write("train", TrainImages);
        writer.Write("test", TestImages);
        writer.Write("height", Height);
        writer.Write("width", Width);
        writer.Write("channels", Channels);
        writer.Write("classes", Classes);
        writer.Write("mean", Normalization.Mean);
        writer.Write("std", Normalization.Std);
        writer.Write("hash", Hash);
    }

    /// <summary>Refuses to go on with other images. Their name does not matter: it may be that of a folder, which may have moved.</summary>
    /// <param name="begun">The images that the run was begun with.</param>
    /// <exception cref="ArgumentException">These are others; the message tells both.</exception>
    internal void RequireSame(DatasetIdentity begun)
    {
        if (Sizes != begun.Sizes)
        {
            throw new ArgumentException($"The run was begun with {begun}; these are {this}.");
        }

        if (Hash != begun.Hash)
        {
            throw new ArgumentException(
                $"The run was begun with {begun}, whose SHA-256 is {begun.Hash}; these are as many of that size but others: {Hash}.");
        }

        if (!Normalization.Mean.SequenceEqual(begun.Normalization.Mean) || !Normalization.Std.SequenceEqual(begun.Normalization.Std))
        {
            throw new ArgumentException(
                $"The run was begun with {begun.Name} normalised by {Describe(begun.Normalization)}; these are normalised by {Describe(Normalization)}.");
        }
    }

    private static string Describe(ImageNormalization by) => string.Create(
        CultureInfo.InvariantCulture, $"mean {string.Join('/', by.Mean.ToArray())}, deviation {string.Join('/', by.Std.ToArray())}");
}
