using System.Globalization;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>The built-in networks, by function and by name.</summary>
public static class Networks
{
    private static readonly int[] CifarDepths = [20, 32, 44, 56, 110];
    private static readonly int[] ImageNetDepths = [18, 34, 50];

    /// <summary>The names that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "vgg-small",
        .. Vgg.Depths.Select(d => $"vgg-{d}"),
        .. CifarDepths.Select(d => $"resnet-{d}"),
        .. Vgg.Depths.Select(d => $"vgg-{d}-imagenet"),
        .. ImageNetDepths.Select(d => $"resnet-{d}"),
    ];

    /// <summary>Makes a network by its name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="device">Where its parameters lie.</param>
    /// <param name="options">Images, classes, norm, seed.</param>
    /// <exception cref="ArgumentException">No such network; the message lists those there are.</exception>
    public static Network Create(string name, Device device, NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(name);
        var parts = name.Split('-');
        var depth = parts.Length > 1 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var d) ? d : 0;
        if (name == "vgg-small")
        {
            return VggSmall(device, options);
        }

        if (Names.Contains(name))
        {
            return (parts[0], parts.Length) switch
            {
                ("vgg", 3) => ImageNetVgg(device, depth, options),
                ("vgg", _) => CifarVgg(device, depth, options),
                _ when CifarDepths.Contains(depth) => CifarResNet(device, depth, options),
                _ => ImageNetResNet(device, depth, options),
            };
        }

        throw new ArgumentException($"There is no network '{name}'; there are {string.Join(", ", Names)}.", nameof(name));
    }

    /// <summary>The narrow VGG of short runs: 16,16,M,32,32,M,64,64,64,M,128,128, global average pool, linear.</summary>
    public static Network VggSmall(Device device, NetworkOptions options) =>
        Vgg.Cifar("vgg-small", device, [16, 16, 0, 32, 32, 0, 64, 64, 64, 0, 128, 128], options);

    /// <summary>
    /// VGG-11/13/16/19 with BatchNorm in the CIFAR form: without the last max-pool, averaged to one pixel, one linear layer.
    /// </summary>
    public static Network CifarVgg(Device device, int depth, NetworkOptions options) =>
        Vgg.Cifar($"vgg-{depth}", device, Vgg.Widths(depth).AsSpan()[..^1], options);

    /// <summary>VGG-11/13/16/19 with BatchNorm and its three linear layers, as published for 224x224 images.</summary>
    public static Network ImageNetVgg(Device device, int depth, NetworkOptions options) =>
        Vgg.ImageNet($"vgg-{depth}-imagenet", device, Vgg.Widths(depth), options);

    /// <summary>The CIFAR ResNet of 6n+2 layers (20, 32, 44, 56, 110) with option-A shortcuts.</summary>
    public static Network CifarResNet(Device device, int depth, NetworkOptions options) => depth >= 8 && (depth - 2) % 6 == 0
        ? ResNet.Cifar($"resnet-{depth}", device, (depth - 2) / 6, [16, 32, 64], options)
        : throw new ArgumentException($"A CIFAR ResNet has 6n+2 layers (8, 14, 20, ...), not {depth}.", nameof(depth));

    /// <summary>ResNet-18, 34 or 50, as published for 224x224 images.</summary>
    public static Network ImageNetResNet(Device device, int depth, NetworkOptions options) => ResNet.ImageNet($"resnet-{depth}", device, depth, options);
}
