using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;

namespace Recede.Bench.Steps;

/// <summary>A step to time: a network, a batch, and whether it trains. Named like the peer's cases.</summary>
/// <param name="Name">"vgg16_bs64_train".</param>
/// <param name="Network">The network's name in <see cref="Networks"/>.</param>
/// <param name="Batch">Images.</param>
/// <param name="Trains">A training step, or inference.</param>
internal sealed record StepCase(string Name, string Network, int Batch, bool Trains)
{
    /// <summary>All cases; bench/peer/train_step.py has the same.</summary>
    public static IReadOnlyList<StepCase> All { get; } =
    [
        .. Both("vgg16", "vgg-16", 64),
        .. Both("resnet56", "resnet-56", 64),
        .. Both("resnet56", "resnet-56", 128),
        .. Both("resnet20", "resnet-20", 128),
    ];

    /// <summary>The case of a name.</summary>
    public static StepCase Of(string name) => All.Single(c => c.Name == name);

    /// <summary>Makes its network for 32x32 images of 3 channels and 10 classes.</summary>
    /// <param name="device">Where.</param>
    /// <param name="norm">Which norms.</param>
    /// <param name="pruned">Share of the channels that is pruned, by random scores: only the widths matter for the time.</param>
    public Network CreateNetwork(Device device, Norm norm, double pruned = 0)
    {
        var network = Networks.Create(Network, device, new NetworkOptions { Norm = norm, Seed = 1 });
        if (pruned != 0)
        {
            OneShot.Plan(network, pruned, new PruningOptions { Score = ChannelScore.Random, Seed = 1 }).Apply(network);
        }

        return network;
    }

    private static StepCase[] Both(string peer, string network, int batch) =>
    [
        new($"{peer}_bs{batch}_train", network, batch, Trains: true),
        new($"{peer}_bs{batch}_infer", network, batch, Trains: false),
    ];
}
