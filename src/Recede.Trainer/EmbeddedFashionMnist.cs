using Recede.Engine.Data;

namespace Recede.Trainer;

/// <summary>
/// The subset of Fashion-MNIST that travels in the trainer: the first 10,000 training and the first
/// 2,000 test images (Resources/README.md tells its origin and licence).
/// </summary>
public static class EmbeddedFashionMnist
{
    /// <summary>What messages and reports call it.</summary>
    public const string Name = "fashion-mnist-subset";

    /// <summary>
    /// Reads it: images <c>[N, 28, 28, 1]</c>, 10 classes, normalised by the constants of the full
    /// training set.
    /// </summary>
    public static DatasetPair Open() => new(Read("train"), Read("t10k"));

    private static ImageDataset Read(string part)
    {
        string imagesName = $"{part}-images-idx3-ubyte.gz";
        string labelsName = $"{part}-labels-idx1-ubyte.gz";
        using Stream images = OpenResource(imagesName);
        using Stream labels = OpenResource(labelsName);
        return IdxReader.ReadDataset(
            Name, images, imagesName, labels, labelsName, classes: 10, ImageStatistics.FashionMnist);
    }

    private static Stream OpenResource(string name) =>
        typeof(EmbeddedFashionMnist).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidDataException($"Embedded file {name}: expected it in the trainer, got none.");
}
