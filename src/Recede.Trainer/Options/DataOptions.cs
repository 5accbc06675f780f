using System.CommandLine;

namespace Recede.Trainer.Options;

/// <summary>Which images: the options of every command that reads some.</summary>
internal sealed class DataOptions
{
    private readonly Option<string> _data = OptionParsing.Make<string>(
        "--data", "PATH",
        "Folder of MNIST-like IDX files (.gz or not), or of CIFAR-10's or CIFAR-100's binary version; or fashion-mnist, "
        + "for Debian's package dataset-fashion-mnist. Default: the embedded Fashion-MNIST images.",
        text => text.Length > 0 ? text : throw new FormatException("a folder"));

    private readonly Option<int?> _trainImages = OptionParsing.Whole(
        "--train-images", "N", 1, int.MaxValue, "Use the first N training images. Default: all.");

    private readonly Option<int?> _testImages = OptionParsing.Whole(
        "--test-images", "N", 1, int.MaxValue, "Use the first N test images. Default: all.");

    /// <summary>Makes the options.</summary>
    public DataOptions() => All = [_data, _trainImages, _testImages];

    /// <summary>The options, as the help lists them.</summary>
    public IReadOnlyList<Option> All { get; }

    /// <summary>The settings that a command line without errors asks for.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="preset">The preset that was given, whose data it must be; null for none.</param>
    /// <exception cref="UsageException">The data are not there, or not what the preset is for.</exception>
    public DataSettings Resolve(ParseResult line, Preset? preset)
    {
        var settings = new DataSettings(line.GetValue(_data), line.GetValue(_trainImages), line.GetValue(_testImages), preset);
        settings.Check();
        return settings;
    }
}
