using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Bench.Ops;

/// <summary>
/// One op's backward code alone, again and again: a step stays open in which the op has run and its output has a gradient.
/// Parameters' gradients are overwritten each time, as in training.
/// </summary>
internal sealed class BackwardReplay : IDisposable
{
    private readonly Device _device;
    private readonly StepScope _step;
    private readonly List<Tensor> _operands = [];
    private readonly List<Parameter> _parameters = [];
    private int _record = -1;

    public BackwardReplay(Device device)
    {
        _device = device;
        Tape = new Tape(device);
        _step = Tape.BeginStep(training: true);
    }

    /// <summary>The tape to run the op on.</summary>
    public Tape Tape { get; }

    /// <summary>An operand of standard normal numbers.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="seed">Its seed.</param>
    /// <param name="wanted">Whether its gradient is computed.</param>
    public Tensor Operand(Shape shape, ulong seed, bool wanted = true)
    {
        var x = Tape.Input(PreparedOperand.NormalValues(shape, seed), shape, needsGradient: wanted);
        _operands.Add(x);
        return x;
    }

    /// <summary>A parameter as an operand.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="wanted">Whether its gradient is computed.</param>
    public Tensor Bind(Parameter parameter, bool wanted = true)
    {
        var tensor = Tape.Bind(parameter);
        Tape.SlotOf(tensor).NeedsGradient &= wanted;
        _parameters.Add(parameter);
        return tensor;
    }

    /// <summary>Takes the op that ran last as the one to replay, and gives its output a gradient.</summary>
    public void Take(Tensor output)
    {
        _record = Tape.RecordCount - 1;
        ref var slot = ref Tape.SlotOf(output);
        slot.Gradient = Tape.Arena.Rent(_device.PhysicalBytes(slot.Shape, slot.Layout, slot.Type));
        slot.HasGradient = true;
        _device.Upload(PreparedOperand.NormalValues(slot.Shape, 99), slot.Shape, slot.Layout, slot.Gradient.Address, slot.Type);
    }

    /// <summary>Runs the op's backward code.</summary>
    public void Run()
    {
        Tape.RunBackward(_record);
        foreach (var operand in _operands)
        {
            ref var slot = ref Tape.SlotOf(operand);
            if (slot.Gradient.IsRented)
            {
                Tape.Arena.Return(slot.Gradient);
                slot.Gradient = default;
                slot.HasGradient = false;
            }
        }

        foreach (var parameter in _parameters)
        {
            parameter.ZeroGradient();
        }
    }

    public void Dispose()
    {
        _step.Dispose();
        Tape.Dispose();
    }
}
