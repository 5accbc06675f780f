using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>What the built-in networks share: device, seed, which norm. Owns the layers that it made until
/// <see cref="Build"/> hands them to a network, so that none is left where one of them could not be made.</summary>
internal sealed class NetworkBuilder(Device device, NetworkOptions options) : IDisposable
{
    private readonly List<IDisposable> _made = [];

    public Conv2d Conv(string path, ChannelSpace input, ChannelSpace output, Conv2dOptions kernel) =>
        Owned(new Conv2d(device, path, input, output, kernel, options.Seed));

    public NormLayer Norm(string path, ChannelSpace space, bool relu) => Owned<NormLayer>(options.Norm == Nn.Norm.Bounded
        ? new BoundedBatchNorm(device, path, space, relu, options.Seed)
        : new BatchNorm(device, path, space, relu));

    public Linear Linear(string path, ChannelSpace input, int outputs) =>
        Owned(new Linear(device, path, input, new ChannelSpace(path, outputs, prunable: false), options.Seed));

    /// <summary>The space of the images; nothing is removed from it.</summary>
    public ChannelSpace Images() => new("images", options.Channels, prunable: false);

    public Network Build(string name, Module root)
    {
        var network = new Network(name, device, root, new Shape(1, options.Height, options.Width, options.Channels));
        _made.Clear();
        return network;
    }

    public void Dispose() => _made.ForEach(static layer => layer.Dispose());

    private T Owned<T>(T layer)
        where T : IDisposable
    {
        _made.Add(layer);
        return layer;
    }
}
