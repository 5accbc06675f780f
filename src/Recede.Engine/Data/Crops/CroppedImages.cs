using System.Buffers.Binary;
using System.Security.Cryptography;
using Recede.Engine.Ops;

namespace Recede.Engine.Data.Crops;

/// <summary>
/// Images of one size out of larger ones: the square in their middle; or, in an epoch of training, a random part of each that is
/// stretched to that square.
/// </summary>
/// <remarks>
/// The part depends on seed, epoch and the image's index alone: the same bits for any number of threads and any batch. Flips are
/// the Images op's, as they are for images that are not cropped. Reading takes turns: one scratch image serves all.
/// </remarks>
public sealed class CroppedImages : IImageDataset, IEpochSource, IDisposable
{
    private readonly IImageDataset _source;
    private readonly int _size;
    private readonly ulong? _seed;
    private readonly byte[] _image;
    private readonly Resampler? _resampler;
    private readonly Lock _lock = new();

    /// <summary>Crops images.</summary>
    /// <param name="source">The images, which go with these when they are disposed.</param>
    /// <param name="size">The side of the square, at most the shorter side of the images.</param>
    /// <param name="seed">What the parts of an epoch are drawn from; null for the middle always.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1 or more than the images have.</exception>
    public CroppedImages(IImageDataset source, int size, ulong? seed = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (size < 1 || size > Math.Min(source.Height, source.Width))
        {
            throw new ArgumentOutOfRangeException(
                nameof(size), size,
                $"Crops of '{source.Name}': expected a size of 1 to {Math.Min(source.Height, source.Width)}, its images' shorter side, got {size}.");
        }

        (_source, _size, _seed) = (source, size, seed);
        _image = new byte[source.Height * source.Width * source.Channels];
        _resampler = seed is null ? null : new Resampler(source.Height, source.Width, source.Channels, size);
    }

    /// <summary>Whether an epoch of training takes a random part of each image.</summary>
    public bool IsRandom => _seed is not null;

    /// <inheritdoc/>
    public string Name => _source.Name;

    /// <inheritdoc/>
    public int Count => _source.Count;

    /// <inheritdoc/>
    public int Height => _size;

    /// <inheritdoc/>
    public int Width => _size;

    /// <inheritdoc/>
    public int Channels => _source.Channels;

    /// <inheritdoc/>
    public int Classes => _source.Classes;

    /// <inheritdoc/>
    public ImageNormalization Normalization => _source.Normalization;

    /// <summary>Reads the squares in the middle.</summary>
    /// <inheritdoc/>
    public void Read(ReadOnlySpan<int> indices, Span<byte> images, Span<int> labels) => Gather(null, indices, images, labels);

    /// <inheritdoc/>
    public void Read(int epoch, ReadOnlySpan<int> indices, Span<byte> images, Span<int> labels) =>
        Gather(_seed is null ? null : epoch, indices, images, labels);

    /// <inheritdoc/>
    public IImageDataset Subset(int count) => new CroppedImages(_source.Subset(count), _size, _seed);

    /// <inheritdoc/>
    public IImageDataset NormalizedBy(ImageNormalization normalization) => new CroppedImages(_source.NormalizedBy(normalization), _size, _seed);

    /// <inheritdoc/>
    public void AppendTo(IncrementalHash hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        Span<byte> own = stackalloc byte[sizeof(int) + sizeof(byte)];
        BinaryPrimitives.WriteInt32LittleEndian(own, _size);
        own[^1] = (byte)(_seed is null ? 0 : 1);
        hash.AppendData(own);
        _source.AppendTo(hash);
    }

    /// <summary>Disposes the images that these are cropped from.</summary>
    public void Dispose() => (_source as IDisposable)?.Dispose();

    private void Gather(int? epoch, ReadOnlySpan<int> indices, Span<byte> images, Span<int> labels)
    {
        var bytes = _size * _size * Channels;
        if (labels.Length != indices.Length || images.Length != (long)indices.Length * bytes)
        {
            throw new ArgumentException(
                $"Crops of '{Name}': {indices.Length} images need {(long)indices.Length * bytes} bytes and {indices.Length} labels, "
                + $"got room for {images.Length} and {labels.Length}.");
        }

        lock (_lock)
        {
            for (var i = 0; i < indices.Length; i++)
            {
                _source.Read(indices.Slice(i, 1), _image, labels.Slice(i, 1));
                var result = images.Slice(i * bytes, bytes);
                if (epoch is { } number)
                {
                    var box = RandomResizedCrop.Draw(_source.Height, _source.Width, _seed!.Value, number, indices[i]);
                    _resampler!.Stretch(_image, _source.Width, box, result);
                }
                else
                {
                    Cut(CropBox.Centre(_source.Height, _source.Width, _size, _size), result);
                }
            }
        }
    }

    private void Cut(CropBox box, Span<byte> result)
    {
        var rowBytes = box.Width * Channels;
        for (var row = 0; row < box.Height; row++)
        {
            var from = (((box.Top + row) * _source.Width) + box.Left) * Channels;
            _image.AsSpan(from, rowBytes).CopyTo(result[(row * rowBytes)..]);
        }
    }
}
