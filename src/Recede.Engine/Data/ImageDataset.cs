using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Recede.Engine.Ops;

namespace Recede.Engine.Data;

/// <summary>
/// Labelled images held in memory: uint8, interleaved channels, <c>[N, H, W, C]</c>, with one
/// class number an image and the constants that normalise them. Immutable.
/// </summary>
public sealed class ImageDataset : IImageDataset
{
    private readonly ReadOnlyMemory<byte> _images;
    private readonly ReadOnlyMemory<int> _labels;

    /// <summary>
    /// Makes a data set over the given memory, which is kept, not copied: leave it unchanged.
    /// </summary>
    /// <param name="name">What messages and reports call it.</param>
    /// <param name="height">Rows, H.</param>
    /// <param name="width">Columns, W.</param>
    /// <param name="channels">Channels, C.</param>
    /// <param name="classes">The number of classes; labels are 0..classes-1.</param>
    /// <param name="images"><c>[N, H, W, C]</c>, one byte a value.</param>
    /// <param name="labels"><c>[N]</c>; its length gives N, which may not be 0.</param>
    /// <param name="normalization">The channels' constants; measured from these images when null.</param>
    /// <exception cref="ArgumentException">
    /// A size is below 1, there is no image, the images' bytes are not N*H*W*C, the normalization
    /// has other channels.
    /// </exception>
    /// <exception cref="InvalidDataException">A label is out of range.</exception>
    public ImageDataset(
        string name,
        int height,
        int width,
        int channels,
        int classes,
        ReadOnlyMemory<byte> images,
        ReadOnlyMemory<int> labels,
        ImageNormalization? normalization = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        RequirePositive(name, height, nameof(height));
        RequirePositive(name, width, nameof(width));
        RequirePositive(name, channels, nameof(channels));
        RequirePositive(name, classes, nameof(classes));
        if (labels.IsEmpty)
        {
            throw new ArgumentException($"Data set '{name}': expected at least one image, got none.", nameof(labels));
        }

        Int128 expected = (Int128)height * width * channels * labels.Length; // 64 bits may overflow
        if (expected != images.Length)
        {
            throw new ArgumentException(
                $"Data set '{name}': {labels.Length} labels and images of {height} x {width} x {channels} need "
                + $"{expected} bytes, got {images.Length}.",
                nameof(images));
        }

        if (normalization is not null && normalization.Channels != channels)
        {
            throw new ArgumentException(
                $"Data set '{name}': expected a normalization of {channels} channels, got one of "
                + $"{normalization.Channels}.",
                nameof(normalization));
        }

        ReadOnlySpan<int> values = labels.Span;
        for (int i = 0; i < values.Length; i++)
        {
            if ((uint)values[i] >= (uint)classes)
            {
                throw new InvalidDataException(
                    $"Data set '{name}': the label of image {i} is {values[i]}, expected 0 to {classes - 1}.");
            }
        }

        Name = name;
        Height = height;
        Width = width;
        Channels = channels;
        Classes = classes;
        _images = images;
        _labels = labels;
        Normalization = normalization ?? ImageStatistics.Measure(images.Span, channels);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count => _labels.Length;

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public int Channels { get; }

    /// <inheritdoc/>
    public int Classes { get; }

    /// <inheritdoc/>
    public ImageNormalization Normalization { get; }

    /// <summary>The bytes of one image, H*W*C.</summary>
    public int ImageBytes => Height * Width * Channels;

    /// <summary>All images, <c>[N, H, W, C]</c>.</summary>
    public ReadOnlyMemory<byte> Images => _images;

    /// <summary>All labels, <c>[N]</c>.</summary>
    public ReadOnlyMemory<int> Labels => _labels;

    /// <summary>One image, <c>[H, W, C]</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not 0..Count-1.</exception>
    public ReadOnlySpan<byte> Image(int index)
    {
        RequireIndex(index);
        return _images.Span.Slice(index * ImageBytes, ImageBytes);
    }

    /// <summary>These images, a view, with other constants: those that a network was trained with.</summary>
    /// <exception cref="ArgumentException">The constants are of another number of channels.</exception>
    public ImageDataset NormalizedBy(ImageNormalization normalization) =>
        new(Name, Height, Width, Channels, Classes, _images, _labels, normalization);

    /// <summary>
    /// The first <paramref name="count"/> images: a view of this data set, with its
    /// normalization.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is not 1..Count.</exception>
    public ImageDataset Subset(int count)
    {
        RequireSubset(count);
        return new ImageDataset(
            Name,
            Height,
            Width,
            Channels,
            Classes,
            _images[..(count * ImageBytes)],
            _labels[..count],
            Normalization);
    }

    IImageDataset IImageDataset.Subset(int count) => Subset(count);

    IImageDataset IImageDataset.NormalizedBy(ImageNormalization normalization) => NormalizedBy(normalization);

    /// <summary>Appends every byte of images and labels.</summary>
    public void AppendTo(IncrementalHash hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        hash.AppendData(_images.Span);
        hash.AppendData(MemoryMarshal.AsBytes(_labels.Span));
    }

    /// <summary>
    /// <paramref name="count"/> images drawn without repetition, the same for the same seed, in
    /// their order here: a copy, with this data set's normalization.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is not 1..Count.</exception>
    public ImageDataset Subset(int count, ulong seed)
    {
        RequireSubset(count);
        var order = new int[Count];
        SeededOrder.Fill(order, seed, SeededOrder.SubsetStream);
        int[] chosen = order[..count];
        Array.Sort(chosen);

        var copy = new byte[count * ImageBytes];
        var copiedLabels = new int[count];
        Read(chosen, copy, copiedLabels);
        return new ImageDataset(
            Name, Height, Width, Channels, Classes, copy, copiedLabels, Normalization);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A span has another length than it should.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is not 0..Count-1.</exception>
    public void Read(ReadOnlySpan<int> indices, Span<byte> images, Span<int> labels)
    {
        int bytes = ImageBytes;
        if (labels.Length != indices.Length || images.Length != (long)indices.Length * bytes)
        {
            throw new ArgumentException(
                $"Data set '{Name}': {indices.Length} images need {(long)indices.Length * bytes} bytes and "
                + $"{indices.Length} labels, got room for {images.Length} and {labels.Length}.");
        }

        ReadOnlySpan<byte> allImages = _images.Span;
        ReadOnlySpan<int> allLabels = _labels.Span;
        for (int i = 0; i < indices.Length; i++)
        {
            int index = indices[i];
            RequireIndex(index);
            allImages.Slice(index * bytes, bytes).CopyTo(images.Slice(i * bytes, bytes));
            labels[i] = allLabels[index];
        }
    }

    private static void RequirePositive(string name, int value, string what)
    {
        if (value < 1)
        {
            throw new ArgumentOutOfRangeException(
                what, value, $"Data set '{name}': expected a {what} of at least 1, got {value}.");
        }
    }

    private void RequireIndex(int index)
    {
        if ((uint)index >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(index), index, $"Data set '{Name}': expected an index of 0 to {Count - 1}, got {index}.");
        }
    }

    private void RequireSubset(int count)
    {
        if (count < 1 || count > Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(count), count, $"Data set '{Name}': expected a subset of 1 to {Count} images, got {count}.");
        }
    }
}
