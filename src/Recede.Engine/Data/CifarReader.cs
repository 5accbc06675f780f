using Recede.Engine.Ops;

namespace Recede.Engine.Data;

/// <summary>
/// Reads CIFAR-10 and CIFAR-100 in their official binary layouts (A. Krizhevsky, "Learning
/// Multiple Layers of Features from Tiny Images", 2009).
/// </summary>
/// <remarks>
/// A record is one label byte (CIFAR-100: the coarse label, then the fine one, which is the class)
/// and 3072 bytes: the red, green and blue planes of 32 x 32, turned here into interleaved
/// <c>[N, 32, 32, 3]</c>. The layout has no header, so a file may hold any number of whole records
/// but none. Everything else throws <see cref="InvalidDataException"/>, which names the file, what
/// was expected and what came.
/// </remarks>
public static class CifarReader
{
    private const int Side = 32;
    private const int Channels = 3;
    private const int PlaneBytes = Side * Side;
    private const int ImageBytes = PlaneBytes * Channels;
    private const int RecordsAtOnce = 64;
    private const int CoarseClasses = 20;

    /// <summary>The names of CIFAR-10's training files.</summary>
    public static IReadOnlyList<string> Cifar10TrainFiles { get; } =
        ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"];

    /// <summary>The names of CIFAR-10's test files.</summary>
    public static IReadOnlyList<string> Cifar10TestFiles { get; } = ["test_batch.bin"];

    /// <summary>The names of CIFAR-100's training files.</summary>
    public static IReadOnlyList<string> Cifar100TrainFiles { get; } = ["train.bin"];

    /// <summary>The names of CIFAR-100's test files.</summary>
    public static IReadOnlyList<string> Cifar100TestFiles { get; } = ["test.bin"];

    /// <summary>The folder that CIFAR-10's archive unpacks to.</summary>
    public const string Cifar10Folder = "cifar-10-batches-bin";

    /// <summary>The folder that CIFAR-100's archive unpacks to.</summary>
    public const string Cifar100Folder = "cifar-100-binary";

    /// <summary>
    /// Reads CIFAR-10 from a folder that holds its .bin files or their folder,
    /// <c>cifar-10-batches-bin</c>.
    /// </summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed.</exception>
    public static DatasetPair ReadCifar10(string folder) => new(
        Read("cifar-10", folder, Cifar10Folder, Cifar10TrainFiles, fine: false, ImageStatistics.Cifar10),
        Read("cifar-10", folder, Cifar10Folder, Cifar10TestFiles, fine: false, ImageStatistics.Cifar10));

    /// <summary>
    /// Reads CIFAR-100, by its 100 fine labels, from a folder that holds its .bin files or their
    /// folder, <c>cifar-100-binary</c>.
    /// </summary>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">A file is malformed.</exception>
    public static DatasetPair ReadCifar100(string folder) => new(
        Read("cifar-100", folder, Cifar100Folder, Cifar100TrainFiles, fine: true, ImageStatistics.Cifar100),
        Read("cifar-100", folder, Cifar100Folder, Cifar100TestFiles, fine: true, ImageStatistics.Cifar100));

    private static ImageDataset Read(
        string name,
        string folder,
        string subfolder,
        IReadOnlyList<string> files,
        bool fine,
        ImageNormalization normalization)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!files.Any(file => File.Exists(Path.Combine(folder, file)))
            && Directory.Exists(Path.Combine(folder, subfolder)))
        {
            folder = Path.Combine(folder, subfolder);
        }

        // All lengths are checked before anything is allocated: they are what bounds it.
        int recordBytes = (fine ? 2 : 1) + ImageBytes;
        var paths = new string[files.Count];
        var counts = new long[files.Count];
        long count = 0;
        for (int i = 0; i < paths.Length; i++)
        {
            paths[i] = Path.Combine(folder, files[i]);
            counts[i] = CountRecords(name, paths[i], recordBytes);
            count += counts[i];
        }

        if (count * ImageBytes > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"{name} files in {folder}: expected at most {Array.MaxLength / ImageBytes} images, got {count}.");
        }

        var images = new byte[count * ImageBytes];
        var labels = new int[count];
        int done = 0;
        for (int i = 0; i < paths.Length; i++)
        {
            int records = (int)counts[i];
            ReadFile(name, paths[i], fine, images.AsSpan(done * ImageBytes), labels.AsSpan(done, records));
            done += records;
        }

        return new ImageDataset(name, Side, Side, Channels, fine ? 100 : 10, images, labels, normalization);
    }

    private static long CountRecords(string name, string path, int recordBytes)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new FileNotFoundException(
                $"{name} file {path}: expected it with the others, got no such file.", path);
        }

        if (file.Length == 0 || file.Length % recordBytes != 0)
        {
            throw new InvalidDataException(
                $"{name} file {path}: expected whole records of {recordBytes} bytes, at least one, got {file.Length} "
                + $"bytes: {file.Length / recordBytes} records and {file.Length % recordBytes} bytes.");
        }

        return file.Length / recordBytes;
    }

    /// <summary>Reads the records of one file, as many as there are labels, to the front of the spans.</summary>
    private static void ReadFile(string name, string path, bool fine, Span<byte> images, Span<int> labels)
    {
        int labelBytes = fine ? 2 : 1;
        int recordBytes = labelBytes + ImageBytes;
        var buffer = new byte[RecordsAtOnce * recordBytes];
        using FileStream stream = File.OpenRead(path);
        int done = 0;
        while (done < labels.Length)
        {
            int records = Math.Min(RecordsAtOnce, labels.Length - done);
            Span<byte> wanted = buffer.AsSpan(0, records * recordBytes);
            int got = stream.ReadAtLeast(wanted, wanted.Length, throwOnEndOfStream: false);
            if (got < wanted.Length)
            {
                throw new InvalidDataException(
                    $"{name} file {path}: expected {labels.Length} records as when it was opened, it became shorter.");
            }

            for (int r = 0; r < records; r++, done++)
            {
                ReadOnlySpan<byte> record = buffer.AsSpan(r * recordBytes, recordBytes);
                if (fine)
                {
                    RequireLabel(name, path, "coarse label", record[0], CoarseClasses, done);
                }

                byte label = record[labelBytes - 1];
                RequireLabel(name, path, fine ? "fine label" : "label", label, fine ? 100 : 10, done);
                labels[done] = label;
                Interleave(record[labelBytes..], images.Slice(done * ImageBytes, ImageBytes));
            }
        }
    }

    private static void Interleave(ReadOnlySpan<byte> planes, Span<byte> pixels)
    {
        ReadOnlySpan<byte> red = planes[..PlaneBytes];
        ReadOnlySpan<byte> green = planes.Slice(PlaneBytes, PlaneBytes);
        ReadOnlySpan<byte> blue = planes.Slice(2 * PlaneBytes, PlaneBytes);
        for (int i = 0; i < PlaneBytes; i++)
        {
            pixels[Channels * i] = red[i];
            pixels[(Channels * i) + 1] = green[i];
            pixels[(Channels * i) + 2] = blue[i];
        }
    }

    private static void RequireLabel(string name, string path, string what, byte label, int classes, int record)
    {
        if (label >= classes)
        {
            throw new InvalidDataException(
                $"{name} file {path}: expected a {what} of 0 to {classes - 1}, got {label} in record {record}.");
        }
    }
}
