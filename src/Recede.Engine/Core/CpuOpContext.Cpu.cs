using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;

namespace Recede.Engine.Core;

/// <summary>
/// What an op's CPU code sees of its call: pointers to operands, outputs and gradients in the CPU's physical layouts
/// (activations NCHW16c, padding lanes zero; see docs), scratch memory, and the pool.
/// </summary>
public readonly unsafe ref struct CpuOpContext
{
    // Between the sizes at which ordinary and streaming stores were the quicker ones: docs/convolution.md.
    private const long CacheBytes = 64 << 20;

    private readonly Tape _tape;
    private readonly int _record;

    internal CpuOpContext(Tape tape, CpuDevice device, int record)
    {
        _tape = tape;
        _record = record;
        Device = device;
    }

    /// <summary>Where the op runs, and how that computes.</summary>
    public CpuDevice Device { get; }

    /// <summary>The pool that the op's loops run on.</summary>
    public WorkerPool Pool => Device.Pool;

    /// <summary>True in a training step: norms use the batch's statistics, dropout drops.</summary>
    public bool Training => _tape.Training;

    /// <summary>
    /// True when the tape's tensors are more than the caches keep until they are read again. What an op then writes and does not read
    /// itself had better go past them: an ordinary store reads the line first, and drives out another. No result depends on it.
    /// </summary>
    internal bool Streams => _tape.Arena.Peak > CacheBytes;

    /// <summary>Number of operands, absent ones included.</summary>
    public int InputCount => _tape.InputCount(_record);

    /// <summary>Whether an operand is there.</summary>
    public bool Has(int input) => _tape.InputSlot(_record, input) >= 0;

    /// <summary>Logical shape of an operand.</summary>
    public Shape InputShape(int input) => _tape.Input(_record, input).Shape;

    /// <summary>Logical shape of an output.</summary>
    public Shape OutputShape(int output) => _tape.Output(_record, output).Shape;

    /// <summary>Values of a float operand, or null when it is absent.</summary>
    public float* Input(int input) => (float*)InputAddress(input);

    /// <summary>Values of a uint8 operand [N, H, W, C], dense.</summary>
    public byte* InputBytes(int input) => (byte*)InputAddress(input);

    /// <summary>Values of an int32 operand, dense.</summary>
    public int* InputInts(int input) => (int*)InputAddress(input);

    /// <summary>Values of a float output.</summary>
    public float* Output(int output) => (float*)_tape.OutputAddress(_record, output);

    /// <summary>Values of a uint8 output, dense.</summary>
    public byte* OutputBytes(int output) => (byte*)_tape.OutputAddress(_record, output);

    /// <summary>Values of an int32 output, dense.</summary>
    public int* OutputInts(int output) => (int*)_tape.OutputAddress(_record, output);

    /// <summary>Backward: dL/d(output), or null when no gradient flows into that output.</summary>
    public float* OutputGradient(int output) => (float*)_tape.OutputGradient(_record, output);

    /// <summary>Backward: whether an operand's gradient is wanted.</summary>
    public bool NeedsGradient(int input) => _tape.NeedsGradient(_record, input);

    /// <summary>Backward: where an operand's gradient goes.</summary>
    /// <param name="input">The operand; call once an operand and pass.</param>
    /// <param name="accumulate">False: overwrite all of it, padding included. True: add to what is there.</param>
    public float* InputGradient(int input, out bool accumulate) =>
        (float*)_tape.InputGradient(_record, input, out accumulate);

    /// <summary>Values of a float operand in their physical layout, padding lanes (zero) included; empty when it is absent.</summary>
    /// <exception cref="ArgumentException">The operand holds no floats.</exception>
    public ReadOnlySpan<float> InputSpan(int input) => Has(input) ? new(Input(input), Count(_tape.Input(_record, input))) : default;

    /// <summary>Values of a float output in their physical layout; padding lanes must become zero.</summary>
    public Span<float> OutputSpan(int output) => new(Output(output), Count(_tape.Output(_record, output)));

    /// <summary>Backward: dL/d(output) in its physical layout; empty when no gradient flows into that output.</summary>
    public ReadOnlySpan<float> OutputGradientSpan(int output) =>
        OutputGradient(output) is var p && p is null ? default : new(p, Count(_tape.Output(_record, output)));

    /// <summary>Backward: where an operand's gradient goes, see <see cref="InputGradient"/>.</summary>
    public Span<float> InputGradientSpan(int input, out bool accumulate) =>
        new(InputGradient(input, out accumulate), Count(_tape.Input(_record, input)));

    /// <summary>Scratch memory with unspecified contents, 64-byte aligned, given back after the op.</summary>
    public float* Workspace(long floats) => (float*)_tape.Workspace(floats * sizeof(float));

    /// <summary>An error about values, which a shape rule cannot see; it names op and layer as shape errors do.</summary>
    public ArgumentException Error(string message) => new($"{_tape.Place(_record)}: {message}");

    // A span is what keeps code without pointers inside its operand, so it must not take bytes for floats.
    private int Count(in Slot slot)
    {
        if (slot.Type != ElementType.Float32)
        {
            throw Error($"{slot.Name} {slot.Shape} holds {slot.Type}, not floats.");
        }

        var count = _tape.Device.PhysicalCount(slot.Shape, slot.Layout);
        return count <= int.MaxValue ? (int)count : throw Error($"{slot.Name} {slot.Shape} is too large for a span; take its pointer.");
    }

    private nint InputAddress(int input) => Has(input) ? _tape.InputAddress(_record, input) : 0;
}
