using System.CommandLine;
using Recede.Engine.Data;

namespace Recede.Trainer.Options;

/// <summary>Which images: the options of every command that reads some.</summary>
internal sealed class DataOptions
{
    private readonly Option<string> _data;

    private readonly Option<string> _address = OptionParsing.Make<string>(
        "--data-url", "URL",
        $"Where to download a named data set from: the address of the folder that holds its files, which must have the official ones' hashes. "
        + $"Default: {DatasetOptions.AddressVariable}, or the official address.",
        text => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? text
            : throw new FormatException("an address, http://... or https://..."));

    private readonly Option<int?> _trainImages = OptionParsing.Whole(
        "--train-images", "N", 1, int.MaxValue, "Use the first N training images. Default: all.");

    private readonly Option<int?> _testImages = OptionParsing.Whole(
        "--test-images", "N", 1, int.MaxValue, "Use the first N test images. Default: all.");

    private readonly Option<int?> _imageSize = OptionParsing.Whole(
        "--image-size", "S", 1, ushort.MaxValue, "Use S x S pixels: the square in each image's middle; with --augment resized, for training a random part. Default: the whole image, or what FILE's network was trained on.");

    /// <summary>Makes the options.</summary>
    /// <param name="fallback">Which images are taken where none are asked for.</param>
    /// <param name="trains">Whether training images are read too.</param>
    public DataOptions(string fallback = "the embedded Fashion-MNIST images", bool trains = true)
    {
        _data = OptionParsing.Make<string>(
            "--data", "NAME|DIR",
            $"One of {string.Join(", ", DatasetCatalog.Names)}, which is downloaded if it is not here; or a folder of MNIST-like IDX files (.gz or "
            + $"not), of CIFAR-10's or CIFAR-100's binary version, or of shards (docs/shards.md). Default: {fallback}.",
            text => text.Length > 0 ? text : throw new FormatException("a folder"));
        All = trains ? [_data, _address, _trainImages, _testImages, _imageSize] : [_data, _address, _testImages, _imageSize];
        Free = [_data, _address];
    }

    /// <summary>What the commands that take a checkpoint fall back on.</summary>
    public static string OfCheckpoint => "those that FILE's network was trained on";

    /// <summary>The options, as the help lists them.</summary>
    public IReadOnlyList<Option> All { get; }

    /// <summary>Those that a resumed run may have otherwise: the same images may lie elsewhere.</summary>
    public IReadOnlyList<Option> Free { get; }

    /// <summary>The settings that a command line without errors asks for.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="preset">The preset that was given, whose data it must be; null for none.</param>
    /// <exception cref="UsageException">The data are not there, or not what the preset is for.</exception>
    public DataSettings Resolve(ParseResult line, Preset? preset)
    {
        var settings = new DataSettings(
            line.GetValue(_data), line.GetValue(_address), line.GetValue(_trainImages), line.GetValue(_testImages),
            line.GetValue(_imageSize), preset);
        settings.Check();
        return settings;
    }
}
