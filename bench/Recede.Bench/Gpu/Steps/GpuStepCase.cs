using System.CommandLine;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;

namespace Recede.Bench.Gpu.Steps;

/// <summary>A network and a batch to train and to infer with; bench/gpu/torch_steps.py knows the same names.</summary>
/// <param name="Name">"resnet56_bs64".</param>
/// <param name="Network">The network's name in <see cref="Networks"/>.</param>
/// <param name="Batch">Images.</param>
/// <param name="Options">Images and classes.</param>
internal sealed record GpuStepCase(string Name, string Network, int Batch, NetworkOptions Options)
{
    private static readonly NetworkOptions Cifar = new();

    /// <summary>The cases that figures are asked for.</summary>
    public static IReadOnlyList<GpuStepCase> All { get; } =
    [
        new("resnet56_bs64", "resnet-56", 64, Cifar),
        new("vgg16_bs64", "vgg-16", 64, Cifar),
        new("resnet56_bs512", "resnet-56", 512, Cifar),
        new("vgg16_bs512", "vgg-16", 512, Cifar),
        new("resnet50_bs256", "resnet-50", 256, NetworkOptions.ImageNet),
    ];

    /// <summary>Too small to tell a time, for trying the programs.</summary>
    public static GpuStepCase Tiny { get; } = new("tiny_bs2", "vgg-small", 2, new NetworkOptions { Height = 8, Width = 8 });

    /// <summary>An option that names cases.</summary>
    public static Option<string[]> Option()
    {
        var cases = new Option<string[]>("--case")
        {
            Description = $"{string.Join(", ", All.Select(c => c.Name))}, or {Tiny.Name}; all but the last when left out.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. All.Select(c => c.Name)],
        };
        cases.AcceptOnlyFromAmong([.. All.Select(c => c.Name), Tiny.Name]);
        return cases;
    }

    /// <summary>The cases of some names.</summary>
    public static IReadOnlyList<GpuStepCase> Of(string[] names) =>
        [.. names.Select(name => name == Tiny.Name ? Tiny : All.Single(c => c.Name == name))];

    /// <summary>Makes the network.</summary>
    /// <param name="device">Where.</param>
    /// <param name="norm">Which norms.</param>
    /// <param name="pruned">Share of the channels that is pruned, by random scores: only the widths matter for the time.</param>
    public Network CreateNetwork(Device device, Norm norm, double pruned = 0)
    {
        var network = Networks.Create(Network, device, Options with { Norm = norm, Seed = 1 });
        if (pruned != 0)
        {
            OneShot.Plan(network, pruned, new PruningOptions { Score = ChannelScore.Random, Seed = 1 }).Apply(network);
        }

        return network;
    }
}
