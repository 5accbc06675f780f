using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>What the built-in networks share: device, seed, which norm.</summary>
internal sealed class NetworkBuilder(Device device, NetworkOptions options)
{
    public Conv2d Conv(string path, ChannelSpace input, ChannelSpace output, Conv2dOptions kernel) =>
        new(device, path, input, output, kernel, options.Seed);

    public NormLayer Norm(string path, ChannelSpace space, bool relu) => options.Norm == Nn.Norm.Bounded
        ? new BoundedBatchNorm(device, path, space, relu, options.Seed)
        : new BatchNorm(device, path, space, relu);

    public Linear Linear(string path, ChannelSpace input, int outputs) =>
        new(device, path, input, new ChannelSpace(path, outputs, prunable: false), options.Seed);

    /// <summary>The space of the images; nothing is removed from it.</summary>
    public ChannelSpace Images() => new("images", options.Channels, prunable: false);

    public Network Build(string name, Module root) =>
        new(name, device, root, new Shape(1, options.Height, options.Width, options.Channels));
}
