using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Core;

/// <summary>
/// What an op's CUDA code sees of its call: device addresses of operands, outputs and gradients in the device's physical
/// layouts (<see cref="NhwcLayout"/>), scratch memory, and the device that kernels are queued on. All of it runs on one stream,
/// in order; nothing here waits for the GPU.
/// </summary>
public readonly ref struct CudaOpContext
{
    private readonly Tape _tape;
    private readonly int _record;

    internal CudaOpContext(Tape tape, CudaDevice device, int record)
    {
        _tape = tape;
        _record = record;
        Device = device;
    }

    /// <summary>The device that the op's kernels are queued on.</summary>
    public CudaDevice Device { get; }

    /// <summary>True in a training step: norms use the batch's statistics, dropout drops.</summary>
    public bool Training => _tape.Training;

    /// <summary>
    /// Device address of the number of the step, a 64-bit word, or 0 where the step is not captured. A captured step is recorded
    /// once and replayed: what differs from step to step is read from device memory by the kernels, not from
    /// <see cref="Tape.StepNumber"/> by the host.
    /// </summary>
    public nint StepNumberWord => _tape.StateWords;

    /// <summary>Device address of the number of the epoch, a 64-bit word, or 0 where the step is not captured.</summary>
    public nint EpochWord => _tape.StateWords == 0 ? 0 : _tape.StateWords + StepState.EpochOffset;

    /// <summary>Number of operands, absent ones included.</summary>
    public int InputCount => _tape.InputCount(_record);

    /// <summary>Whether an operand is there.</summary>
    public bool Has(int input) => _tape.InputSlot(_record, input) >= 0;

    /// <summary>Logical shape of an operand.</summary>
    public Shape InputShape(int input) => _tape.Input(_record, input).Shape;

    /// <summary>Element type of an operand.</summary>
    public ElementType InputType(int input) => _tape.Input(_record, input).Type;

    /// <summary>Logical shape of an output.</summary>
    public Shape OutputShape(int output) => _tape.Output(_record, output).Shape;

    /// <summary>Element type of an output.</summary>
    public ElementType OutputType(int output) => _tape.Output(_record, output).Type;

    /// <summary>Address of an operand, or 0 when it is absent.</summary>
    public nint Input(int input) => Has(input) ? _tape.InputAddress(_record, input) : 0;

    /// <summary>Address of an output.</summary>
    public nint Output(int output) => _tape.OutputAddress(_record, output);

    /// <summary>Backward: address of dL/d(output), or 0 when no gradient flows into that output.</summary>
    public nint OutputGradient(int output) => _tape.OutputGradient(_record, output);

    /// <summary>Backward: whether an operand's gradient is wanted.</summary>
    public bool NeedsGradient(int input) => _tape.NeedsGradient(_record, input);

    /// <summary>Backward: where an operand's gradient goes, which has the operand's type.</summary>
    /// <param name="input">The operand; call once an operand and pass.</param>
    /// <param name="accumulate">False: overwrite all of it, padding included. True: add to what is there.</param>
    public nint InputGradient(int input, out bool accumulate) => _tape.InputGradient(_record, input, out accumulate);

    /// <summary>Scratch memory of the device with unspecified contents, 64-byte aligned, given back after the op.</summary>
    public nint Workspace(long bytes) => _tape.Workspace(bytes);

    /// <summary>Queues a kernel.</summary>
    public void Launch<TArgs>(CudaKernel<TArgs> kernel, in LaunchGrid grid, in TArgs args)
        where TArgs : unmanaged => Device.Launch(kernel, grid, args);

    /// <summary>An error about values, which a shape rule cannot see; it names op and layer as shape errors do.</summary>
    public ArgumentException Error(string message) => new($"{_tape.Place(_record)}: {message}");
}
