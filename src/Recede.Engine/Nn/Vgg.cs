using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>VGG with BatchNorm (Simonyan and Zisserman 2014).</summary>
internal static class Vgg
{
    private const int HiddenUnits = 4096;
    private const float DropRate = 0.5f;

    public static IReadOnlyList<int> Depths { get; } = [11, 13, 16, 19];

    /// <summary>Output channels of each convolution; 0 is a max-pool.</summary>
    public static int[] Widths(int depth) => depth switch
    {
        11 => [64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0],
        13 => [64, 64, 0, 128, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0],
        16 => [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0],
        19 => [64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512, 0],
        _ => throw new ArgumentException($"VGG has 11, 13, 16 or 19 layers, not {depth}.", nameof(depth)),
    };

    public static Network Cifar(string name, Device device, ReadOnlySpan<int> widths, NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var builder = new NetworkBuilder(device, options.Validated());
        var (modules, space) = Features(builder, widths);
        modules.Add(new GlobalAveragePool("pool"));
        modules.Add(builder.Linear("classifier", space, options.Classes));
        return builder.Build(name, new Sequential("", [.. modules]));
    }

    public static Network ImageNet(string name, Device device, ReadOnlySpan<int> widths, NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var builder = new NetworkBuilder(device, options.Validated());
        var (modules, space) = Features(builder, widths);
        var halvings = widths.Count(0);
        var pixels = (options.Height >> halvings) * (options.Width >> halvings);
        if (pixels == 0)
        {
            throw new ShapeMismatchException($"{name}: {options.Height}x{options.Width} images are too small for {halvings} max-pools.");
        }

        var first = builder.Linear("classifier.0", space.Repeated("flatten", pixels), HiddenUnits);
        var second = builder.Linear("classifier.3", first.Output, HiddenUnits);
        modules.AddRange(
        [
            new Flatten("flatten"),
            first,
            new Relu("classifier.1"),
            new Dropout("classifier.2", DropRate),
            second,
            new Relu("classifier.4"),
            new Dropout("classifier.5", DropRate),
            builder.Linear("classifier.6", second.Output, options.Classes),
        ]);
        return builder.Build(name, new Sequential("", [.. modules]));
    }

    private static (List<Module> Modules, ChannelSpace Space) Features(NetworkBuilder builder, ReadOnlySpan<int> widths)
    {
        var modules = new List<Module>();
        var space = builder.Images();
        foreach (var width in widths)
        {
            // Counted as torchvision counts them (a ReLU has a place of its own), so that names carry over.
            var index = modules.Count + modules.Count(m => m is NormLayer);
            if (width == 0)
            {
                modules.Add(new MaxPool2d($"features.{index}", kernel: 2, stride: 2));
                continue;
            }

            var output = new ChannelSpace($"features.{index}", width);
            modules.Add(builder.Conv($"features.{index}", space, output, Conv2dOptions.Kernel3(bias: true)));
            modules.Add(builder.Norm($"features.{index + 1}", output, relu: true));
            space = output;
        }

        return (modules, space);
    }
}
