using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Bench.Gpu.Kernels;

/// <summary>An op's forward code: a round is a training step that runs it once an instance.</summary>
internal sealed class ForwardCase : KernelCase
{
    private readonly Tape _tape;
    private readonly OpInstance[] _instances;
    private readonly ElementType _type;
    private StepScope _step;

    /// <summary>Makes the case.</summary>
    /// <param name="device">The GPU.</param>
    /// <param name="instances">The op with its operands, once an instance; owned.</param>
    /// <param name="bytes">Bytes that one moves.</param>
    /// <param name="type">What activations are meant to be, which the op's are held against.</param>
    public ForwardCase(CudaDevice device, IEnumerable<OpInstance> instances, long bytes, ElementType type)
    {
        Bytes = bytes;
        _type = type;
        _instances = [.. instances];
        _tape = new Tape(device);
    }

    public override int Instances => _instances.Length;

    public override long Bytes { get; }

    public override void Begin()
    {
        _step = _tape.BeginStep(training: true);
        foreach (var instance in _instances)
        {
            instance.Bind(_tape, gradients: false);
        }
    }

    public override void Run(int instance)
    {
        ref var output = ref _tape.SlotOf(_instances[instance].Apply(_tape));
        if (output.Type != _type && output.Shape.Count > 1)
        {
            throw new NotSupportedException($"the op gives {output.Type} where {_type} was asked for");
        }
    }

    public override void End() => _step.Dispose();

    public override void Dispose()
    {
        _tape.Dispose();
        foreach (var instance in _instances)
        {
            instance.Dispose();
        }
    }
}
