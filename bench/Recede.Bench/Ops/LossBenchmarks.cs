using BenchmarkDotNet.Attributes;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Bench.Ops;

/// <summary>Cross-entropy of batch 64.</summary>
public class LossBenchmarks : OpBenchmarks
{
    private readonly int[] _labels = new int[Batch];
    private PreparedOperand _logits = null!;
    private BackwardReplay _backward = null!;

    [Params(10, 1000)]
    public int Classes { get; set; }

    [Benchmark]
    public void CrossEntropyForward()
    {
        using (Tape.BeginStep(training: true))
        {
            Tape.CrossEntropy(_logits.On(Tape), Tape.Input(_labels));
        }
    }

    [Benchmark]
    public void CrossEntropyBackward() => _backward.Run();

    protected override void Prepare()
    {
        var shape = new Shape(Batch, 1, 1, Classes);
        for (var i = 0; i < Batch; i++)
        {
            _labels[i] = i % Classes;
        }

        _logits = PreparedOperand.Normal(Device, shape, 1);
        _backward = Own(new BackwardReplay(Device));
        _backward.Take(_backward.Tape.CrossEntropy(_backward.Operand(shape, 1), _backward.Tape.Input(_labels)).Loss);
    }
}
