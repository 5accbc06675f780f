using Recede.Engine.Core;
using Recede.Engine.Devices.Cuda;

namespace Recede.Bench.Gpu.Kernels;

/// <summary>
/// An op's backward code: a step stays open in which the op has run once an instance, and a round runs the backward code of
/// each. Gradients are overwritten each time, not added to.
/// </summary>
internal sealed class BackwardCase : KernelCase
{
    private readonly Tape _tape;
    private readonly StepScope _step;
    private readonly OpInstance[] _instances;
    private readonly int[] _records;

    /// <summary>Makes the case.</summary>
    /// <param name="device">The GPU.</param>
    /// <param name="instances">The op with its operands, once an instance; owned.</param>
    /// <param name="bytes">Bytes that one moves.</param>
    public BackwardCase(CudaDevice device, IEnumerable<OpInstance> instances, long bytes)
    {
        Bytes = bytes;
        _instances = [.. instances];
        _records = new int[_instances.Length];
        _tape = new Tape(device);
        _step = _tape.BeginStep(training: true);
        try
        {
            for (var i = 0; i < _instances.Length; i++)
            {
                _instances[i].Bind(_tape, gradients: true);
                var output = _instances[i].Apply(_tape);
                _records[i] = _tape.RecordCount - 1;
                ref var slot = ref _tape.SlotOf(output);
                if (slot.Shape.Count == 1)
                {
                    slot.Gradient = _tape.Arena.Rent(device.PhysicalBytes(slot.Shape, slot.Layout, slot.Type));
                    device.WriteScalar(slot.Gradient.Address, 1);
                }
                else
                {
                    using var gradient = new DeviceTensor(device, slot.Shape, slot.Type);
                    slot.Gradient = _tape.Arena.Rent(gradient.Bytes);
                    device.Copy(gradient.Address, slot.Gradient.Address, gradient.Bytes);
                }

                slot.HasGradient = true;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override int Instances => _instances.Length;

    public override long Bytes { get; }

    public override void Run(int instance) => _tape.RunBackward(_records[instance]);

    public override void End()
    {
        foreach (var instance in _instances)
        {
            instance.ForgetGradients(_tape);
        }
    }

    public override void Dispose()
    {
        _step.Dispose();
        _tape.Dispose();
        foreach (var instance in _instances)
        {
            instance.Dispose();
        }
    }
}
