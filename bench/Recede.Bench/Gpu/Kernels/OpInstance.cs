using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Bench.Gpu.Kernels;

/// <summary>One instance of an op that is timed: its operands, which it owns, and how it is called.</summary>
internal sealed class OpInstance(Func<Tape, Tensor[], Tensor> op) : IDisposable
{
    private readonly List<(IDisposable? Owned, Func<Tape, bool, Tensor> Bind)> _operands = [];
    private Tensor[] _tensors = [];

    /// <summary>A tensor in device memory.</summary>
    public OpInstance With(DeviceTensor tensor, bool differentiable = false)
    {
        _operands.Add((tensor, (tape, gradients) => tensor.On(tape, gradients && differentiable)));
        return this;
    }

    /// <summary>A parameter.</summary>
    public OpInstance With(Parameter parameter)
    {
        _operands.Add((parameter, (tape, gradients) => tape.Bind(parameter)));
        return this;
    }

    /// <summary>Makes the operands tensors of a step.</summary>
    public void Bind(Tape tape, bool gradients)
    {
        if (_tensors.Length == 0)
        {
            _tensors = new Tensor[_operands.Count];
        }

        for (var i = 0; i < _tensors.Length; i++)
        {
            _tensors[i] = _operands[i].Bind(tape, gradients);
        }
    }

    /// <summary>Runs the op on them.</summary>
    public Tensor Apply(Tape tape) => op(tape, _tensors);

    /// <summary>Takes back the gradients that the op's backward code left, so that the next run overwrites.</summary>
    public void ForgetGradients(Tape tape)
    {
        foreach (var tensor in _tensors)
        {
            ref var slot = ref tape.SlotOf(tensor);
            if (slot.Gradient.IsRented)
            {
                tape.Arena.Return(slot.Gradient);
                slot.Gradient = default;
            }

            slot.HasGradient = false;
            slot.Parameter?.ZeroGradient();
        }
    }

    public void Dispose()
    {
        foreach (var (owned, _) in _operands)
        {
            owned?.Dispose();
        }
    }
}
