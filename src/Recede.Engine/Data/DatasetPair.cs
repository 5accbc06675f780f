using Recede.Engine.Ops;

namespace Recede.Engine.Data;

/// <summary>Images to train on and images to test on, of one size and one set of classes.</summary>
public sealed class DatasetPair : IDisposable
{
    private DatasetIdentity? _identity;

    /// <summary>Pairs two data sets.</summary>
    /// <exception cref="ArgumentException">Their height, width, channels or classes differ.</exception>
    public DatasetPair(IImageDataset train, IImageDataset test)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        if (train.Height != test.Height || train.Width != test.Width
            || train.Channels != test.Channels || train.Classes != test.Classes)
        {
            throw new ArgumentException(
                $"Training images '{train.Name}' are {Describe(train)}, test images '{test.Name}' are "
                + $"{Describe(test)}: expected the same.",
                nameof(test));
        }

        Train = train;
        Test = test;
    }

    /// <summary>
    /// The name of the training images. Normalise the test images by the training images'
    /// <see cref="IImageDataset.Normalization"/> too.
    /// </summary>
    public string Name => Train.Name;

    /// <summary>The training images.</summary>
    public IImageDataset Train { get; }

    /// <summary>The test images.</summary>
    public IImageDataset Test { get; }

    /// <summary>These images, a view, with other constants: those that a network was trained with.</summary>
    /// <exception cref="ArgumentException">The constants are of another number of channels.</exception>
    public DatasetPair NormalizedBy(ImageNormalization normalization) =>
        new(Train.NormalizedBy(normalization), Test.NormalizedBy(normalization));

    /// <summary>What tells these images from others; found when it is first asked for, since every byte counts.</summary>
    /// <exception cref="InvalidDataException">Images that are not in memory are damaged.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    public DatasetIdentity Identity => _identity ??= DatasetIdentity.Of(this);

    /// <summary>Closes the files of images that are not in memory.</summary>
    public void Dispose()
    {
        (Train as IDisposable)?.Dispose();
        (Test as IDisposable)?.Dispose();
    }

    private static string Describe(IImageDataset data) =>
        $"{data.Height} x {data.Width} x {data.Channels} in {data.Classes} classes";
}
