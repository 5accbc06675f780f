using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>
/// ResNets (He et al. 2015). Each stage has one residual stream, a channel space that every block's last convolution
/// writes and that is not pruned; the channels inside a block are spaces of their own, and are.
/// </summary>
internal static class ResNet
{
    private const int Expansion = 4;

    public static Network Cifar(string name, Device device, int blocks, ReadOnlySpan<int> widths, NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var builder = new NetworkBuilder(device, options.Validated());
        var stream = Stream("conv1", widths[0]);
        var modules = new List<Module>
        {
            builder.Conv("conv1", builder.Images(), stream, Conv2dOptions.Kernel3()),
            builder.Norm("bn1", stream, relu: true),
        };
        for (var stage = 0; stage < widths.Length; stage++)
        {
            var output = stage == 0 ? stream : Stream($"layer{stage + 1}", widths[stage]);
            for (var block = 0; block < blocks; block++)
            {
                var path = $"layer{stage + 1}.{block}";
                var stride = stage > 0 && block == 0 ? 2 : 1;
                var shortcut = stage > 0 && block == 0 ? new PaddedShortcut($"{path}.shortcut", stream, output, stride) : null;
                modules.Add(Basic(builder, path, block == 0 ? stream : output, output, stride, shortcut));
            }

            stream = output;
        }

        modules.Add(new GlobalAveragePool("pool"));
        modules.Add(builder.Linear("fc", stream, options.Classes));
        return builder.Build(name, new Sequential("", [.. modules]));
    }

    public static Network ImageNet(string name, Device device, int depth, NetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        int[] blocks = depth switch
        {
            18 => [2, 2, 2, 2],
            34 or 50 => [3, 4, 6, 3],
            _ => throw new ArgumentException($"An ImageNet ResNet has 18, 34 or 50 layers, not {depth}.", nameof(depth)),
        };
        var bottleneck = depth == 50;
        using var builder = new NetworkBuilder(device, options.Validated());
        var stream = Stream("conv1", 64);
        var modules = new List<Module>
        {
            builder.Conv("conv1", builder.Images(), stream, new Conv2dOptions(7, 7, Stride: 2, PaddingHeight: 3, PaddingWidth: 3)),
            builder.Norm("bn1", stream, relu: true),
            new MaxPool2d("maxpool", kernel: 3, stride: 2, padding: 1),
        };
        for (var stage = 0; stage < blocks.Length; stage++)
        {
            var width = 64 << stage;
            var output = stage == 0 && !bottleneck ? stream : Stream($"layer{stage + 1}", bottleneck ? width * Expansion : width);
            for (var block = 0; block < blocks[stage]; block++)
            {
                var path = $"layer{stage + 1}.{block}";
                var stride = stage > 0 && block == 0 ? 2 : 1;
                var input = block == 0 ? stream : output;
                var shortcut = ReferenceEquals(input, output) ? null : Projection(builder, path, input, output, stride);
                modules.Add(bottleneck
                    ? Bottleneck(builder, path, input, output, width, stride, shortcut)
                    : Basic(builder, path, input, output, stride, shortcut));
            }

            stream = output;
        }

        modules.Add(new GlobalAveragePool("avgpool"));
        modules.Add(builder.Linear("fc", stream, options.Classes));
        return builder.Build(name, new Sequential("", [.. modules]));
    }

    private static ChannelSpace Stream(string name, int width) => new(name, width, prunable: false);

    private static Residual Basic(
        NetworkBuilder builder, string path, ChannelSpace input, ChannelSpace output, int stride, Module? shortcut)
    {
        var inner = new ChannelSpace($"{path}.conv1", output.Width);
        var body = new Sequential(
            path,
            builder.Conv($"{path}.conv1", input, inner, Conv2dOptions.Kernel3(stride)),
            builder.Norm($"{path}.bn1", inner, relu: true),
            builder.Conv($"{path}.conv2", inner, output, Conv2dOptions.Kernel3()),
            builder.Norm($"{path}.bn2", output, relu: true));
        return new Residual(path, body, shortcut);
    }

    private static Residual Bottleneck(
        NetworkBuilder builder, string path, ChannelSpace input, ChannelSpace output, int width, int stride, Module? shortcut)
    {
        var first = new ChannelSpace($"{path}.conv1", width);
        var second = new ChannelSpace($"{path}.conv2", width);
        var body = new Sequential(
            path,
            builder.Conv($"{path}.conv1", input, first, Conv2dOptions.Kernel1()),
            builder.Norm($"{path}.bn1", first, relu: true),
            builder.Conv($"{path}.conv2", first, second, Conv2dOptions.Kernel3(stride)),
            builder.Norm($"{path}.bn2", second, relu: true),
            builder.Conv($"{path}.conv3", second, output, Conv2dOptions.Kernel1()),
            builder.Norm($"{path}.bn3", output, relu: true));
        return new Residual(path, body, shortcut);
    }

    private static Sequential Projection(NetworkBuilder builder, string path, ChannelSpace input, ChannelSpace output, int stride) => new(
        $"{path}.downsample",
        builder.Conv($"{path}.downsample.0", input, output, Conv2dOptions.Kernel1(stride)),
        builder.Norm($"{path}.downsample.1", output, relu: false));
}
