using BenchmarkDotNet.Attributes;
using Recede.Bench.Ops;
using Recede.Engine.Nn;

namespace Recede.Bench.Steps;

/// <summary>Whole training steps and inference, unpruned and with 50 % and 90 % of the channels gone.</summary>
public class StepBenchmarks : OpBenchmarks
{
    private NetworkStep _step = null!;

    /// <summary>The network and its batch, as the peer's cases name them.</summary>
    [Params("vgg16_bs64", "resnet56_bs64", "resnet20_bs128")]
    public string Network { get; set; } = "";

    /// <summary>The share of channels that is pruned, by random importances: the widths are odd numbers, as in earnest.</summary>
    [Params(0, 0.5, 0.9)]
    public double Pruned { get; set; }

    [ParamsAllValues]
    public Norm Norm { get; set; }

    [Benchmark]
    public void Train() => _step.Train();

    [Benchmark]
    public void Infer() => _step.Infer();

    protected override void Prepare()
    {
        var c = StepCase.Of($"{Network}_train");
        var network = Own(c.CreateNetwork(Device, Norm, Pruned));
        _step = Own(new NetworkStep(network, c.Batch));
    }
}
