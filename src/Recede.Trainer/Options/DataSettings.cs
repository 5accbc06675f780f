using Recede.Engine.Data;
using Recede.Engine.Data.Crops;
using Recede.Trainer.Display;

namespace Recede.Trainer.Options;

/// <summary>Which images a command line asks for.</summary>
/// <param name="Source">Folder or name of the data; null for the embedded images.</param>
/// <param name="Address">Where a named data set is downloaded from; null for the official address.</param>
/// <param name="TrainImages">Training images to use, the first ones; null for all.</param>
/// <param name="TestImages">Test images to use, the first ones; null for all.</param>
/// <param name="ImageSize">Side of the square that is cut out of each image; null for the whole image, or what a checkpoint's network takes.</param>
/// <param name="Preset">The preset whose data it must be; null for none.</param>
internal sealed record DataSettings(string? Source, string? Address, int? TrainImages, int? TestImages, int? ImageSize, Preset? Preset)
{
    /// <summary>Where the images come from, for people.</summary>
    public string Origin => Source ?? "embedded";

    /// <summary>What --resume compares, by option; where the images lie is no matter.</summary>
    public IEnumerable<(string Option, string Value)> Values =>
        [("--train-images", Text(TrainImages)), ("--test-images", Text(TestImages)), ("--image-size", Text(ImageSize))];

    /// <summary>These, or where no source was given, those that a checkpoint was trained on.</summary>
    /// <param name="trained">What the checkpoint says of them; null where it says nothing.</param>
    /// <param name="file">The checkpoint.</param>
    /// <exception cref="UsageException">Nothing says where they are.</exception>
    public DataSettings OrOf(DatasetIdentity? trained, string file) => (Source, trained?.Name) switch
    {
        (not null, _) or (_, EmbeddedFashionMnist.Name) => this,
        (_, null) => throw new UsageException($"{file} does not say what images its network was trained on: give --data"),
        (_, { } name) => DatasetCatalog.NameOf(name) is { } known
            ? this with { Source = known }
            : throw new UsageException($"{file} was trained on {name}: give --data, the folder that holds it"),
    };

    /// <summary>Checks what can be told without reading the images.</summary>
    /// <exception cref="UsageException">The data are not there, or the preset's are not given.</exception>
    public void Check()
    {
        if (this is { Preset: { Dataset: not null } preset, Source: null })
        {
            throw new UsageException($"--preset {preset.Name} needs its data: give --data {preset.DataHint}");
        }

        if (Source is { } data && !DatasetCatalog.Names.Contains(data) && !Directory.Exists(data))
        {
            throw new UsageException(
                $"--data {data}: expected a folder, or one of the names {string.Join(", ", DatasetCatalog.Names)}; "
                + (File.Exists(data) ? "this is a file" : "there is no such folder"));
        }
    }

    /// <summary>Reads the images, which may have to be downloaded.</summary>
    /// <param name="display">Shows downloads.</param>
    /// <param name="cancellation">Ends a download.</param>
    /// <param name="cropSeed">What random parts of the training images are drawn from; null for the middle of each.</param>
    /// <param name="trained">The images that a network was trained on, whose size is taken where none was given; null for none.</param>
    /// <exception cref="UsageException">They are not the preset's, or fewer than were asked for.</exception>
    /// <exception cref="IOException">They cannot be read or downloaded.</exception>
    /// <exception cref="InvalidDataException">They are no data set, or damaged.</exception>
    /// <exception cref="OperationCanceledException">A download was cancelled.</exception>
    public DatasetPair Open(IRunDisplay display, CancellationToken cancellation, ulong? cropSeed = null, DatasetIdentity? trained = null)
    {
        var data = Source is null ? EmbeddedFashionMnist.Open() : display.Open(listener => Open(Source, listener, cancellation));
        if (Preset is { Dataset: { } expected } preset && data.Name != expected)
        {
            throw new UsageException(
                $"--preset {preset.Name} is for {expected}, --data {Source} holds {data.Name}: give --data {preset.DataHint}");
        }

        var side = Math.Min(data.Train.Height, data.Train.Width);
        if (ImageSize > side)
        {
            throw new UsageException(Figures.Format($"--image-size {ImageSize}: expected at most {side}, the shorter side of the images of {data.Name}"));
        }

        // A network takes what it was trained on: larger images are cropped to its square.
        var taken = trained is { } known && known.Height == known.Width && known.Height <= side ? known.Height : (int?)null;
        var size = ImageSize ?? taken ?? (cropSeed is null ? null : side);
        return new DatasetPair(
            Crop(Limit(data.Train, TrainImages, "--train-images", "training"), size, cropSeed),
            Crop(Limit(data.Test, TestImages, "--test-images", "test"), size, seed: null));
    }

    private static string Text(int? count) => count is { } number ? Figures.Format($"{number}") : "all";

    private DatasetPair Open(string source, IDownloadListener? listener, CancellationToken cancellation)
    {
        var options = new DatasetOptions { Listener = listener };
        try
        {
            return DatasetCatalog.Open(source, Address is null ? options : options with { Address = Address }, cancellation);
        }
        catch (OperationCanceledException e)
        {
            throw new OperationCanceledException("what was downloaded is kept, and the next run goes on from it", e);
        }
    }

    private static IImageDataset Crop(IImageDataset images, int? size, ulong? seed) =>
        size is not { } side || (side == images.Height && side == images.Width && seed is null) ? images : new CroppedImages(images, side, seed);

    private static IImageDataset Limit(IImageDataset images, int? limit, string option, string what) => limit switch
    {
        null => images,
        { } count when count <= images.Count => images.Subset(count),
        { } count => throw new UsageException(
            Figures.Format($"{option} {count}: expected at most the {images.Count} {what} images of {images.Name}")),
    };
}
