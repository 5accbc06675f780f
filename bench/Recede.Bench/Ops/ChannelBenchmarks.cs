using BenchmarkDotNet.Attributes;
using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Ops;

namespace Recede.Bench.Ops;

/// <summary>Moving channels: the padded shortcut, a mask, and the gather of a weight that is pruned.</summary>
public class ChannelBenchmarks : OpBenchmarks
{
    private static readonly Shape Filter = new(512, 3, 3, 512);
    private readonly ChannelIndexMap _shortcut = ChannelIndexMap.Padded(16, 8, 8);
    private readonly int[] _kept = [.. Enumerable.Range(0, 512).Where(i => Philox.UInt32(1, 0, (ulong)i) % 2 == 0)];
    private ChannelIndexMap _mask = null!;
    private PreparedOperand _narrow = null!;
    private PreparedOperand _wide = null!;
    private Parameter _weight = null!;
    private BackwardReplay _shortcutBackward = null!;

    /// <summary>ResNet's first: 16 channels at 32x32 to 32 at 16x16.</summary>
    [Benchmark]
    public void ShortcutForward()
    {
        using (Tape.BeginStep(training: true))
        {
            Tape.ChannelMap(_narrow.On(Tape), _shortcut, stride: 2);
        }
    }

    [Benchmark]
    public void ShortcutBackward() => _shortcutBackward.Run();

    /// <summary>Every other of 64 channels at 32x32, set to zero.</summary>
    [Benchmark]
    public void Mask()
    {
        using (Tape.BeginStep(training: true))
        {
            Tape.ChannelMap(_wide.On(Tape), _mask);
        }
    }

    /// <summary>A weight [512,3,3,512], about half of its channels kept both ways: allocated, gathered, freed.</summary>
    [Benchmark]
    public void GatherWeight() => _weight.PrepareShrink(_kept, _kept).Dispose();

    protected override void Prepare()
    {
        _mask = new ChannelIndexMap([.. Enumerable.Range(0, 64).Select(i => i % 2 == 0 ? i : -1)]);
        var narrow = new Shape(Batch, 32, 32, 16);
        _narrow = PreparedOperand.Normal(Device, narrow, 1);
        _wide = PreparedOperand.Normal(Device, narrow.WithC(64), 1);
        _weight = OwnParameter("weight", ParameterRole.Weight, Filter);
        _shortcutBackward = Own(new BackwardReplay(Device));
        _shortcutBackward.Take(_shortcutBackward.Tape.ChannelMap(_shortcutBackward.Operand(narrow, 1), _shortcut, stride: 2));
    }
}
