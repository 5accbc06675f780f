using BenchmarkDotNet.Attributes;
using Recede.Engine.Core;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Ops;

namespace Recede.Bench.Ops;

/// <summary>3x3 convolutions of batch 64, "channels@size": each direction by itself.</summary>
public class Conv2dBenchmarks : OpBenchmarks
{
    private PreparedOperand _x = null!;
    private Parameter _weight = null!;
    private BackwardReplay _data = null!;
    private BackwardReplay _filter = null!;

    /// <summary>VGG-16's layers, ResNet-56's, the first layer, a strided one, pruned widths, the narrow ones as 90 % leaves them.</summary>
    public static IEnumerable<ConvShape> Shapes =>
    [
        new(64, 64, 32), new(128, 128, 16), new(256, 256, 8), new(512, 512, 4), new(512, 512, 2),
        new(16, 16, 32), new(32, 32, 16), new(64, 64, 8),
        new(3, 64, 32), new(16, 32, 32, Stride: 2), new(37, 31, 16),
        new(8, 3, 32), new(3, 8, 32), new(16, 3, 32),
    ];

    [ParamsSource(nameof(Shapes))]
    public ConvShape Shape { get; set; } = null!;

    /// <summary>Whether Winograd's tiles are taken where they need fewer operations; else every product is summed.</summary>
    [Params(true, false)]
    public bool Winograd { get; set; }

    /// <inheritdoc/>
    protected override CpuOptions Options => new() { AllowWinograd = Winograd };

    private Conv2dArguments Arguments => Conv2dArguments.Square(Shape.Stride, padding: 1);

    [Benchmark]
    public void Forward() => Run(Arguments);

    /// <summary>With the channel moments of the output, as ahead of a norm.</summary>
    [Benchmark]
    public void ForwardWithMoments() => Run(Arguments with { Moments = true });

    [Benchmark]
    public void DataGradient() => _data.Run();

    [Benchmark]
    public void FilterGradient() => _filter.Run();

    protected override void Prepare()
    {
        _x = PreparedOperand.Normal(Device, Shape.Input(Batch), 1);
        _weight = OwnParameter("weight", ParameterRole.Weight, Shape.Weight);
        _data = Replay(data: true);
        _filter = Replay(data: false);
    }

    private void Run(Conv2dArguments arguments)
    {
        using (Tape.BeginStep(training: true))
        {
            Tape.Conv2d(_x.On(Tape), Tape.Bind(_weight), Tensor.None, arguments);
        }
    }

    private BackwardReplay Replay(bool data)
    {
        var replay = Own(new BackwardReplay(Device));
        var x = replay.Operand(Shape.Input(Batch), 1, wanted: data);
        replay.Take(replay.Tape.Conv2d(x, replay.Bind(_weight, wanted: !data), Tensor.None, Arguments));
        return replay;
    }
}
