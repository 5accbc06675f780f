using BenchmarkDotNet.Attributes;
using Recede.Engine.Core;
using Recede.Engine.Ops;

namespace Recede.Bench.Ops;

/// <summary>Pools of batch 64, as the networks use them.</summary>
public class PoolBenchmarks : OpBenchmarks
{
    private PreparedOperand _x = null!;
    private BackwardReplay _backward = null!;

    [Params("max 64@32", "max 512@4", "average 512@2", "global 64@8", "global 512@2")]
    public string Pool { get; set; } = "";

    [Benchmark]
    public void Forward()
    {
        using (Tape.BeginStep(training: true))
        {
            Apply(Tape, _x.On(Tape));
        }
    }

    [Benchmark]
    public void Backward() => _backward.Run();

    protected override void Prepare()
    {
        var shape = ActivationShape.Parse(Pool.Split(' ')[1], Batch);
        _x = PreparedOperand.Normal(Device, shape, 1);
        _backward = Own(new BackwardReplay(Device));
        _backward.Take(Apply(_backward.Tape, _backward.Operand(shape, 1)));
    }

    private Tensor Apply(Tape tape, Tensor x) => Pool[0] switch
    {
        'm' => tape.MaxPool2d(x, Pool2dArguments.Square(2, 2)),
        'a' => tape.AveragePool2d(x, Pool2dArguments.Square(2, 2)),
        _ => tape.GlobalAveragePool(x),
    };
}
