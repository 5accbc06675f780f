using System.Diagnostics;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Core;

/// <summary>
/// One op: its shape rule, what its backward pass reads, and its code for every device. A program's own op derives from
/// this too and is recorded with <see cref="Tape.Record{TArgs}(OpRule{TArgs}, in TArgs, ReadOnlySpan{Tensor})"/>.
/// A rule is a single static object without state; a tape keeps (rule, operands, arguments) of every call.
/// </summary>
/// <typeparam name="TArgs">The op's arguments: a small value that the tape keeps.</typeparam>
public abstract class OpRule<TArgs> : OpRule
    where TArgs : struct
{
    /// <summary>Makes the rule.</summary>
    /// <param name="name">The op's name as errors tell it.</param>
    protected OpRule(string name)
        : base(name)
    {
    }

    /// <summary>The most outputs that a rule may have.</summary>
    public static int MaximumOutputs => 8;

    /// <summary>The shape rule: refuses operands that do not fit, tells the outputs and returns their number.</summary>
    /// <exception cref="ShapeMismatchException">The operands do not fit.</exception>
    public abstract int Infer(in OpShapes inputs, in TArgs args, Span<OutputSpec> outputs);

    /// <summary>Which values backward reads again; the tape keeps exactly those alive.</summary>
    public abstract SavedValues Saves(in TArgs args);

    /// <summary>Computes every output completely, padding lanes included (always zero).</summary>
    protected abstract void ForwardCpu(in CpuOpContext context, in TArgs args);

    /// <summary>Computes the gradients of the inputs that need one from those of the outputs.</summary>
    protected abstract void BackwardCpu(in CpuOpContext context, in TArgs args);

    /// <summary>Queues kernels that compute every output completely, padding lanes included (always zero). What is queued may be
    /// captured and replayed: it is the same for the same shapes, or see <see cref="CudaOpContext.StepNumberWord"/>.</summary>
    protected abstract void ForwardCuda(in CudaOpContext context, in TArgs args);

    /// <summary>Queues kernels that compute the gradients of the inputs that need one from those of the outputs.</summary>
    protected abstract void BackwardCuda(in CudaOpContext context, in TArgs args);

    internal override IArgumentStore CreateStore() => new ArgumentStore<TArgs>();

    /// <summary>The one place where an op is sent to a device: each device adds its case and its pair of methods.</summary>
    internal void Forward(Tape tape, int record, in TArgs args)
    {
        switch (tape.Device)
        {
            case CpuDevice cpu:
                ForwardCpu(new CpuOpContext(tape, cpu, record), args);
                break;
            case CudaDevice cuda:
                ForwardCuda(new CudaOpContext(tape, cuda, record), args);
                break;
            default:
                throw new UnreachableException(tape.Device.Name);
        }
    }

    internal override void Backward(Tape tape, int record)
    {
        ref readonly var args = ref tape.Arguments<TArgs>(record);
        switch (tape.Device)
        {
            case CpuDevice cpu:
                BackwardCpu(new CpuOpContext(tape, cpu, record), args);
                break;
            case CudaDevice cuda:
                BackwardCuda(new CudaOpContext(tape, cuda, record), args);
                break;
            default:
                throw new UnreachableException(tape.Device.Name);
        }
    }
}
