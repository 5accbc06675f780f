using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Recede.Engine.Ops;

namespace Recede.Engine.Data.Shards;

/// <summary>
/// Labelled images in files that are larger than memory: shards, as docs/shards.md tells them. Of each image only label and
/// checksum are held, 8 bytes; an image is read when it is asked for, at its place, so that any order of an epoch costs the same,
/// and is checked as it is read.
/// </summary>
/// <remarks>Immutable: any number of threads may read it.</remarks>
public sealed class ShardedImages : IImageDataset, IDisposable
{
    /// <summary>The memory that labels and checksums may take when nothing else is said: enough for 30 million images.</summary>
    public const long DefaultMemoryLimit = 256L << 20;

    private const string Ending = ".shard";

    private readonly ShardFile[] _shards;

    // Those of the classes, as in the files.
    private readonly byte[] _names;

    // The first image of each shard, and behind them the number of all.
    private readonly int[] _firsts;

    private ShardedImages(string name, ShardFile[] shards, byte[] names, int[] firsts, int count, ImageNormalization normalization)
    {
        (Name, _shards, _names, _firsts, Count, Normalization) = (name, shards, names, firsts, count, normalization);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int Height => _shards[0].Header.Height;

    /// <inheritdoc/>
    public int Width => _shards[0].Header.Width;

    /// <inheritdoc/>
    public int Channels => _shards[0].Header.Channels;

    /// <inheritdoc/>
    public int Classes => _shards[0].Header.Classes;

    /// <summary>The names of the classes, in the order of the labels; empty where the shards have none.</summary>
    public IReadOnlyList<string> ClassNames =>
        _names.Length == 0 ? [] : Encoding.UTF8.GetString(_names).Split('\n');

    /// <inheritdoc/>
    public ImageNormalization Normalization { get; }

    /// <summary>Opens the training images and the test images of a folder: train-00000.shard, ..., test-00000.shard, ...</summary>
    /// <param name="folder">The folder, whose name becomes the data set's.</param>
    /// <param name="memoryLimit">Bytes that labels and checksums of both may take.</param>
    /// <exception cref="FileNotFoundException">The folder lacks one of the two.</exception>
    /// <exception cref="InvalidDataException">
    /// A shard is missing, malformed or of another set; training and test images have other classes or sizes; the limit is too low.
    /// </exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static DatasetPair OpenFolder(string folder, long memoryLimit = DefaultMemoryLimit)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        name = name.Length == 0 ? "shards" : name;
        var train = Open(folder, "train", name, ref memoryLimit, by: null);
        ShardedImages? test = null;
        try
        {
            test = Open(folder, "test", name, ref memoryLimit, train.Normalization);
            return Pair(folder, train, test);
        }
        catch
        {
            test?.Dispose();
            train.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A span has another length than it should.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is not 0..Count-1.</exception>
    /// <exception cref="InvalidDataException">An image is damaged.</exception>
    /// <exception cref="IOException">An image cannot be read.</exception>
    public void Read(ReadOnlySpan<int> indices, Span<byte> images, Span<int> labels)
    {
        var bytes = _shards[0].Header.ImageBytes;
        if (labels.Length != indices.Length || images.Length != (long)indices.Length * bytes)
        {
            throw new ArgumentException(
                $"Data set '{Name}': {indices.Length} images need {(long)indices.Length * bytes} bytes and {indices.Length} labels, "
                + $"got room for {images.Length} and {labels.Length}.");
        }

        for (var i = 0; i < indices.Length; i++)
        {
            var index = indices[i];
            if ((uint)index >= (uint)Count)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(indices), index, $"Data set '{Name}': expected an index of 0 to {Count - 1}, got {index}.");
            }

            var found = Array.BinarySearch(_firsts, index);
            var shard = found < 0 ? ~found - 1 : found;
            _shards[shard].Read(index - _firsts[shard], images.Slice(i * bytes, bytes));
            labels[i] = _shards[shard].Label(index - _firsts[shard]);
        }
    }

    /// <summary>The first images: a view of these, whose files are closed with theirs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is not 1..<see cref="Count"/>.</exception>
    public IImageDataset Subset(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        return new ShardedImages(Name, _shards, _names, _firsts, count, Normalization);
    }

    /// <summary>These images with other constants: a view, whose files are closed with theirs.</summary>
    /// <exception cref="ArgumentException">The constants are of another number of channels.</exception>
    public IImageDataset NormalizedBy(ImageNormalization normalization)
    {
        ArgumentNullException.ThrowIfNull(normalization);
        return normalization.Channels == Channels
            ? new ShardedImages(Name, _shards, _names, _firsts, Count, normalization)
            : throw new ArgumentException(
                $"Data set '{Name}': expected a normalization of {Channels} channels, got one of {normalization.Channels}.", nameof(normalization));
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The tables of a shard are damaged.</exception>
    /// <exception cref="IOException">A shard cannot be read.</exception>
    public void AppendTo(IncrementalHash hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        foreach (var shard in _shards)
        {
            shard.AppendTo(hash);
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var shard in _shards)
        {
            shard.Dispose();
        }
    }

    /// <summary>Whether a folder holds a shard that is named as one.</summary>
    internal static bool IsIn(string folder) => FilesOf(folder, "train").Length + FilesOf(folder, "test").Length > 0;

    private static string[] FilesOf(string folder, string split)
    {
        var files = Directory.GetFiles(folder, split + "-*" + Ending);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static DatasetPair Pair(string folder, ShardedImages train, ShardedImages test)
    {
        if (!train._names.AsSpan().SequenceEqual(test._names))
        {
            throw new InvalidDataException($"Shards of {folder}: the test images have other classes than the training images; expected one set for both.");
        }

        try
        {
            return new DatasetPair(train, test);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"Shards of {folder}: {e.Message}", e);
        }
    }

    private static ShardedImages Open(string folder, string split, string name, ref long memory, ImageNormalization? by)
    {
        var paths = FilesOf(folder, split);
        if (paths.Length == 0)
        {
            throw new FileNotFoundException($"Shards of {folder}: expected {PathOf(folder, split, 0)}, found no shard of {split} images.");
        }

        var shards = new List<ShardFile>();
        try
        {
            for (var i = 0; i < paths.Length; i++)
            {
                RequirePlace(paths[i], PathOf(folder, split, i));
            }

            shards.Add(ShardFile.Open(paths[0], ref memory, out var whole));
            RequireSameSet(paths[0], paths.Length, shards, whole.Names, whole.Names);
            foreach (var path in paths.AsSpan(1))
            {
                shards.Add(ShardFile.Open(path, ref memory, out var next));
                RequireSameSet(path, paths.Length, shards, next.Names, whole.Names);
                whole.Add(next);
            }

            var firsts = new int[shards.Count];
            long count = 0;
            for (var i = 0; i < firsts.Length; i++)
            {
                firsts[i] = (int)count;
                count += shards[i].Header.Images;
                if (count > int.MaxValue)
                {
                    throw ShardHeader.Error(paths[i], $"there are more than {int.MaxValue} images in this and those before");
                }
            }

            return new ShardedImages(
                name, [.. shards], whole.Names.ToArray(), firsts, (int)count, by ?? ImageStatistics.FromCounts(whole.Counts));
        }
        catch
        {
            shards.ForEach(shard => shard.Dispose());
            throw;
        }
    }

    private static string PathOf(string folder, string split, int number) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{split}-{number:00000}{Ending}"));

    private static void RequirePlace(string found, string expected)
    {
        if (found != expected)
        {
            throw ShardHeader.Error(found, $"expected {Path.GetFileName(expected)} in its place: one is missing, or this is none");
        }
    }

    // That the last of the shards goes on from those before.
    private static void RequireSameSet(
        string path, int files, List<ShardFile> shards, ReadOnlySpan<byte> names, ReadOnlySpan<byte> firstNames)
    {
        var (own, first, number) = (shards[^1].Header, shards[0].Header, shards.Count - 1);
        if (own.Number != number || own.Shards != files)
        {
            throw ShardHeader.Error(path, $"it is number {own.Number} of {own.Shards}, expected number {number} of the {files} that are here");
        }

        var like = own with { Images = first.Images, Number = first.Number, TableChecksum = first.TableChecksum };
        if (like != first || !names.SequenceEqual(firstNames))
        {
            throw ShardHeader.Error(path, "it is of another set than the first one: another size, other classes, or made of other files");
        }
    }
}
