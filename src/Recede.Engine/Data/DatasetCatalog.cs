using Recede.Engine.Ops;

namespace Recede.Engine.Data;

/// <summary>Opens the data set that a name or a folder stands for.</summary>
public static class DatasetCatalog
{
    /// <summary>The name of Fashion-MNIST, as <see cref="Open"/> takes it.</summary>
    public const string FashionMnistName = "fashion-mnist";

    /// <summary>Where Debian's package dataset-fashion-mnist puts the four files of Fashion-MNIST.</summary>
    public const string FashionMnistFolder = "/usr/share/datasets/fashion-mnist";

    // The stem and the ending of each IDX file; "-" and "." are both met between them.
    private static readonly (string Stem, string Ending)[] IdxFiles =
    [
        ("train-images", "idx3-ubyte"),
        ("train-labels", "idx1-ubyte"),
        ("t10k-images", "idx3-ubyte"),
        ("t10k-labels", "idx1-ubyte"),
    ];

    private enum Format
    {
        Idx,
        Cifar10,
        Cifar100,
    }

    /// <summary>
    /// Opens a data set: a folder that holds the four IDX files of MNIST's naming (each gzipped or
    /// not; the unpacked one is taken where both are there), CIFAR-10's or CIFAR-100's .bin files or
    /// the folder that their archive unpacks to; or, where no folder of that name is in the way, the
    /// name <c>fashion-mnist</c>.
    /// </summary>
    /// <remarks>
    /// IDX files do not say whose they are: where the training images have the published statistics
    /// of Fashion-MNIST or MNIST they get its name and constants, otherwise the folder's name and the
    /// statistics measured. The test images are normalised by the training images' constants.
    /// </remarks>
    /// <param name="data">A folder's path, or a name.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, and it is no known name.</exception>
    /// <exception cref="FileNotFoundException">The folder holds some files of a data set but not all.</exception>
    /// <exception cref="InvalidDataException">
    /// The folder holds no data set or more than one; a file is malformed.
    /// </exception>
    public static DatasetPair Open(string data)
    {
        ArgumentException.ThrowIfNullOrEmpty(data);
        if (Directory.Exists(data))
        {
            return OpenFolder(data);
        }

        if (data != FashionMnistName)
        {
            throw new DirectoryNotFoundException(
                $"Data '{data}': expected a folder or the name {FashionMnistName}, found neither.");
        }

        if (!Directory.Exists(FashionMnistFolder))
        {
            throw new DirectoryNotFoundException(
                $"Data '{data}': expected its files in {FashionMnistFolder}, where Debian's package "
                + "dataset-fashion-mnist puts them, found no such folder; give the folder that holds them instead.");
        }

        return OpenFolder(FashionMnistFolder);
    }

    private static DatasetPair OpenFolder(string folder)
    {
        var found = new List<Format>();
        if (IdxFiles.Any(file => FindIdx(folder, file.Stem, file.Ending) is not null))
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

        return found switch
        {
            [Format.Idx] => OpenIdx(folder),
            [Format.Cifar10] => CifarReader.ReadCifar10(folder),
            [Format.Cifar100] => CifarReader.ReadCifar100(folder),
            [] => throw new InvalidDataException(
                $"Data '{folder}': found no data set there. Looked for {Describe(Format.Idx)}; "
                + $"{Describe(Format.Cifar10)}; {Describe(Format.Cifar100)}."),
            _ => throw new InvalidDataException(
                $"Data '{folder}': expected one data set, found {string.Join(" and ", found.Select(Describe))}; "
                + "give the folder of one of them."),
        };
    }

    private static DatasetPair OpenIdx(string folder)
    {
        string[] paths = [.. IdxFiles.Select(file => FindIdx(folder, file.Stem, file.Ending)
            ?? throw new FileNotFoundException(
                $"Data '{folder}': expected {file.Stem}-{file.Ending} or {file.Stem}-{file.Ending}.gz with the other "
                + "IDX files, found neither.",
                Path.Combine(folder, $"{file.Stem}-{file.Ending}")))];

        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        ImageDataset train = IdxReader.ReadDataset(name.Length == 0 ? "idx" : name, paths[0], paths[1]);
        (string Name, ImageNormalization Normalization) identity =
            ImageStatistics.Agree(train.Normalization, ImageStatistics.FashionMnist) ? (FashionMnistName, ImageStatistics.FashionMnist)
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

    private static string? FindIdx(string folder, string stem, string ending)
    {
        foreach (string name in (ReadOnlySpan<string>)[$"{stem}-{ending}", $"{stem}.{ending}"])
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path))
            {
                return path;
            }

            if (File.Exists(path + ".gz"))
            {
                return path + ".gz";
            }
        }

        return null;
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
            + string.Join(", ", IdxFiles.Select(file => $"{file.Stem}-{file.Ending}")) + ", each as it is or with .gz)",
        Format.Cifar10 =>
            $"CIFAR-10 (data_batch_1.bin to data_batch_5.bin and test_batch.bin, or {CifarReader.Cifar10Folder})",
        _ => $"CIFAR-100 (train.bin and test.bin, or {CifarReader.Cifar100Folder})",
    };
}
