using System.Security.Cryptography;
using Recede.Engine.Ops;

namespace Recede.Engine.Data;

/// <summary>Labelled images that a network can be trained or tested on, in memory or not.</summary>
public interface IImageDataset : IImageSource
{
    /// <summary>The number of classes; every label is 0..Classes-1.</summary>
    int Classes { get; }

    /// <summary>The mean and deviation of each channel that a network's input is normalised by.</summary>
    ImageNormalization Normalization { get; }

    /// <summary>The first images: a view of these, with their normalization.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is not 1..<see cref="IImageSource.Count"/>.</exception>
    IImageDataset Subset(int count);

    /// <summary>These images, a view, with other constants: those that a network was trained with.</summary>
    /// <exception cref="ArgumentException">The constants are of another number of channels.</exception>
    IImageDataset NormalizedBy(ImageNormalization normalization);

    /// <summary>Appends what tells these images and labels from all others, which need not be every byte of them.</summary>
    /// <exception cref="InvalidDataException">Images that are not in memory are damaged.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    void AppendTo(IncrementalHash hash);
}
