using BenchmarkDotNet.Attributes;
using Recede.Bench.Ops;
using Recede.Engine.Nn;
using Recede.Engine.Optim;

namespace Recede.Bench.Steps;

/// <summary>The update of a whole network: Nesterov momentum, weight decay.</summary>
public class SgdBenchmarks : OpBenchmarks
{
    private Sgd _sgd = null!;

    [Params("vgg-16", "resnet-56")]
    public string Network { get; set; } = "";

    [Benchmark]
    public void Update() => _sgd.Update();

    /// <summary>The search for a NaN or an infinity that the trainer makes in every step.</summary>
    [Benchmark]
    public bool FindNonFinite() => _sgd.FindNonFiniteGradient() is null;

    protected override void Prepare()
    {
        var network = Own(Networks.Create(Network, Device, new NetworkOptions()));
        using (var step = new NetworkStep(network, batch: 8))
        {
            step.Differentiate();
        }

        // The same gradients again and again: at rate 0 the weights stay what they are.
        _sgd = Own(new Sgd(ParameterGroups.FromRecipe(network.Parameters, 1e-4f), learningRate: 0));
    }
}
