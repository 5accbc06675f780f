using BenchmarkDotNet.Attributes;
using Recede.Bench.Ops;
using Recede.Engine.Nn;

namespace Recede.Bench.Steps;

/// <summary>Whole training steps and inference, unpruned and with 50 % and 90 % of the channels gone, at widths of bounded pruning.</summary>
public class StepBenchmarks : OpBenchmarks
{
    private NetworkStep _step = null!;

    /// <summary>The network, how many percent of it are pruned, and its batch, as bench/cases.json names them.</summary>
    [Params("vgg16_bs64", "vgg16_p50_bs64", "vgg16_p90_bs64", "resnet56_bs64", "resnet56_p50_bs64", "resnet56_p90_bs64", "resnet20_bs128")]
    public string Case { get; set; } = "";

    [ParamsAllValues]
    public Norm Norm { get; set; }

    [Benchmark]
    public void Train() => _step.Train();

    [Benchmark]
    public void Infer() => _step.Infer();

    protected override void Prepare()
    {
        var c = StepCase.Of($"{Case}_train");
        var network = Own(c.CreateNetwork(Device, Norm));
        _step = Own(new NetworkStep(network, c.Batch));
    }
}
