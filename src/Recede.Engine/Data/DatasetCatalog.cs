using Recede.Engine.Data.Downloads;
using Recede.Engine.Data.Shards;
using Recede.Engine.Ops;

namespace Recede.Engine.Data;

/// <summary>Opens the data set that a name or a folder stands for.</summary>
public static class DatasetCatalog
{
    /// <summary>Where Debian's package dataset-fashion-mnist puts the four files of Fashion-MNIST.</summary>
    public const string FashionMnistFolder = "/usr/share/datasets/fashion-mnist";

    private enum Format
    {
        Idx,
        Cifar10,
        Cifar100,
        Shards,
    }

    /// <summary>The names that can be opened.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. NamedDataset.All.Select(dataset => dataset.Name)];

    /// <summary>The name that a data set of this <see cref="DatasetPair.Name"/> can be opened by; null for none.</summary>
    public static string? NameOf(string dataset) => dataset switch
    {
        "cifar-10" => "cifar10",
        "cifar-100" => "cifar100",
        _ => NamedDataset.Find(dataset)?.Name,
    };

    /// <summary>
    /// Opens a data set: a folder that holds shards (docs/shards.md), the four IDX files of MNIST's naming (each gzipped or
    /// not; the unpacked one is taken where both are there), CIFAR-10's or CIFAR-100's .bin files or
    /// the folder that their archive unpacks to; or, where no folder of that name is in the way, one of
    /// <see cref="Names"/>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// IDX files do not say whose they are: where the training images have the published statistics
    /// of Fashion-MNIST or MNIST they get its name and constants, otherwise the folder's name and the
    /// statistics measured. The test images are normalised by the training images' constants.
    /// </para>
    /// <para>
    /// A name is looked for in the user's cache, then where Debian puts it, and is downloaded into the cache otherwise. All bytes
    /// are held against hashes that are written in the engine.
    /// </para>
    /// </remarks>
    /// <param name="data">A folder's path, or a name.</param>
    /// <param name="options">Where a name is looked for; null for the defaults.</param>
    /// <param name="cancellation">Ends a download.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, and it is no known name.</exception>
    /// <exception cref="DatasetUnavailableException">The named data set is not here and could not be downloaded.</exception>
    /// <exception cref="FileNotFoundException">The folder holds some files of a data set but not all.</exception>
    /// <exception cref="InvalidDataException">
    /// The folder holds no data set or more than one; a file is malformed, or not the named data set's.
    /// </exception>
    /// <exception cref="OperationCanceledException">The download was cancelled.</exception>
    public static DatasetPair Open(string data, DatasetOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(data);
        if (Directory.Exists(data))
        {
            return OpenFolder(data, options ?? new DatasetOptions());
        }

        var dataset = NamedDataset.Find(data) ?? throw new DirectoryNotFoundException(
            $"Data '{data}': expected a folder or one of the names {string.Join(", ", Names)}, found neither.");
        return Open(dataset, options ?? new DatasetOptions(), cancellation);
    }

    internal static DatasetPair Open(NamedDataset dataset, DatasetOptions options, CancellationToken cancellation)
    {
        var folder = DatasetStore.Locate(dataset, options, cancellation);
        foreach (var file in dataset.Files)
        {
            file.Unpacked?.RequireIn(IdxFolder.Find(folder, Path.GetFileNameWithoutExtension(file.Name))!, dataset.Name);
        }

        return OpenFolder(folder, options);
    }

    private static DatasetPair OpenFolder(string folder, DatasetOptions options)
    {
        var found = new List<Format>();
        if (IdxFolder.Names.Any(name => IdxFolder.Find(folder, name) is not null))
        {
            found.Add(Format.Idx);
        }

        if (HoldsAny(folder, CifarReader.Cifar10Folder, CifarReader.Cifar10TrainFiles, CifarReader.Cifar10TestFiles))
        {
            found.Add(Format.Cifar10);
        }

        if (HoldsAny(folder, CifarReader.Cifar100Folder, CifarReader.Cifar100TrainFiles, CifarReader.Cifar100TestFiles))
        {
            found.Add(Format.Cifar100);
        }

        if (ShardedImages.IsIn(folder))
        {
            found.Add(Format.Shards);
        }

        return found switch
        {
            [Format.Idx] => OpenIdx(folder),
            [Format.Cifar10] => CifarReader.ReadCifar10(folder),
            [Format.Cifar100] => CifarReader.ReadCifar100(folder),
            [Format.Shards] => ShardedImages.OpenFolder(folder, options.MemoryLimit),
            [] => throw new InvalidDataException(
                $"Data '{folder}': found no data set there. Looked for {Describe(Format.Idx)}; "
                + $"{Describe(Format.Cifar10)}; {Describe(Format.Cifar100)}; {Describe(Format.Shards)}."),
            _ => throw new InvalidDataException(
                $"Data '{folder}': expected one data set, found {string.Join(" and ", found.Select(Describe))}; "
                + "give the folder of one of them."),
        };
    }

    private static DatasetPair OpenIdx(string folder)
    {
        string[] paths = [.. IdxFolder.Names.Select(file => IdxFolder.Find(folder, file)
            ?? throw new FileNotFoundException(
                $"Data '{folder}': expected {file} or {file}.gz with the other IDX files, found neither.",
                Path.Combine(folder, file)))];

        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        ImageDataset train = IdxReader.ReadDataset(name.Length == 0 ? "idx" : name, paths[0], paths[1]);
        (string Name, ImageNormalization Normalization) identity =
            ImageStatistics.Agree(train.Normalization, ImageStatistics.FashionMnist) ? ("fashion-mnist", ImageStatistics.FashionMnist)
            : ImageStatistics.Agree(train.Normalization, ImageStatistics.Mnist) ? ("mnist", ImageStatistics.Mnist)
            : (train.Name, train.Normalization);
        train = new ImageDataset(
            identity.Name,
            train.Height,
            train.Width,
            train.Channels,
            train.Classes,
            train.Images,
            train.Labels,
            identity.Normalization);
        ImageDataset test = IdxReader.ReadDataset(
            identity.Name, paths[2], paths[3], train.Classes, identity.Normalization);
        if (test.Height != train.Height || test.Width != train.Width)
        {
            throw new InvalidDataException(
                $"IDX file {paths[2]}: expected images of {train.Height} x {train.Width} like those of {paths[0]}, "
                + $"got {test.Height} x {test.Width}.");
        }

        return new DatasetPair(train, test);
    }

    private static bool HoldsAny(
        string folder,
        string subfolder,
        IReadOnlyList<string> trainFiles,
        IReadOnlyList<string> testFiles) =>
        Directory.Exists(Path.Combine(folder, subfolder))
        || trainFiles.Concat(testFiles).Any(file => File.Exists(Path.Combine(folder, file)));

    private static string Describe(Format format) => format switch
    {
        Format.Idx => "IDX files ("
            + string.Join(", ", IdxFolder.Names) + ", each as it is or with .gz)",
        Format.Cifar10 =>
            $"CIFAR-10 (data_batch_1.bin to data_batch_5.bin and test_batch.bin, or {CifarReader.Cifar10Folder})",
        Format.Shards => "shards (train-00000.shard, ..., test-00000.shard, ...)",
        _ => $"CIFAR-100 (train.bin and test.bin, or {CifarReader.Cifar100Folder})",
    };
}
