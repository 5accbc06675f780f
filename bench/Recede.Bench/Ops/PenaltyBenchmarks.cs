using BenchmarkDotNet.Attributes;
using Recede.Engine.Core;
using Recede.Engine.Nn;
using Recede.Engine.Ops;

namespace Recede.Bench.Ops;

/// <summary>The penalties on all scales of a network.</summary>
public class PenaltyBenchmarks : OpBenchmarks
{
    private Network _network = null!;
    private Tensor[] _scales = [];
    private BackwardReplay _backward = null!;

    [Params("vgg-16", "resnet-56")]
    public string Network { get; set; } = "";

    [Params("polarising", "l1")]
    public string Penalty { get; set; } = "";

    [Benchmark]
    public void Forward()
    {
        using (Tape.BeginStep(training: true))
        {
            for (var i = 0; i < _scales.Length; i++)
            {
                _scales[i] = Tape.Bind(_network.Norms[i].Scale);
            }

            Apply(Tape, _scales);
        }
    }

    [Benchmark]
    public void Backward() => _backward.Run();

    protected override void Prepare()
    {
        _network = Own(Networks.Create(Network, Device, new NetworkOptions()));
        _backward = Own(new BackwardReplay(Device));
        _scales = [.. _network.Norms.Select(n => _backward.Bind(n.Scale))];
        _backward.Take(Apply(_backward.Tape, _scales));
    }

    private Tensor Apply(Tape tape, Tensor[] scales) =>
        Penalty == "l1" ? tape.L1Penalty(scales, 1e-4f) : tape.PolarisingPenalty(scales, 1e-4f, 3);
}
