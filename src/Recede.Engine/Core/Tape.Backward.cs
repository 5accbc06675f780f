using Recede.Engine.Devices;

namespace Recede.Engine.Core;

/// <content>The backward pass.</content>
public sealed partial class Tape
{
    /// <summary>
    /// Differentiates a scalar with respect to everything that needs a gradient. Parameter gradients accumulate;
    /// activations and their gradients are freed as the pass goes back over them. After an exception parameter gradients are
    /// incomplete: zero them before another step.
    /// </summary>
    /// <param name="loss">A scalar [1, 1, 1, 1] that this step computed.</param>
    /// <exception cref="InvalidOperationException">Not a training step, or its backward pass has run already.</exception>
    /// <exception cref="NonFiniteException"><see cref="CheckFinite"/> is on and a gradient is not finite.</exception>
    public void Backward(Tensor loss)
    {
        ref var root = ref SlotOf(loss);
        if (!Training || _spent)
        {
            throw new InvalidOperationException(
                Training ? "The step's backward pass has run already." : "Only a training step can be differentiated.");
        }

        if (root.Shape.Count != 1)
        {
            throw new ArgumentException($"Backward starts at a scalar; {root.Name} is {root.Shape}.");
        }

        if (!root.NeedsGradient)
        {
            throw new InvalidOperationException($"{root.Name} depends on no parameter and on no input that needs a gradient.");
        }

        _spent = true;
        RentGradient(ref root);
        root.HasGradient = true;
        Device.WriteScalar(root.Gradient.Address, 1, root.Type);
        for (var record = _recordCount - 1; record >= 0; record--)
        {
            if (AnyOutputHasGradient(record))
            {
                RunBackward(record);
            }

            FreeOutputs(record);
        }
    }

    /// <summary>One op's share of the backward pass. A benchmark calls it by itself, again and again.</summary>
    internal void RunBackward(int record)
    {
        var (rule, scope) = (_records[record].Rule, _records[record].Scope);
        _scope = scope;
        Observer?.BeforeOp(rule, scope, backward: true);
        rule.Backward(this, record);
        Observer?.AfterOp(rule, scope, backward: true);
        ReturnWorkspaces();
        if (CheckFinite)
        {
            CheckOutputs(record, gradients: true);
        }
    }

    internal nint OutputGradient(int record, int output)
    {
        ref var slot = ref Output(record, output);
        return slot.HasGradient ? slot.Gradient.Address : 0;
    }

    internal bool NeedsGradient(int record, int input) =>
        InputSlot(record, input) is var slot && slot >= 0 && _slots[slot].NeedsGradient;

    internal nint InputGradient(int record, int input, out bool accumulate)
    {
        ref var slot = ref Input(record, input);
        if (slot.Parameter is { } parameter)
        {
            // The optimiser zeroes nothing: a fresh parameter gradient is overwritten by its first contribution.
            accumulate = parameter.HasGradient;
            parameter.HasGradient = true;
            slot.HasGradient = true;
            return parameter.Gradient.Address;
        }

        accumulate = slot.HasGradient;
        if (!slot.HasGradient)
        {
            RentGradient(ref slot);
            slot.HasGradient = true;
        }

        return slot.Gradient.Address;
    }

    // A gradient has the type of what it is the gradient of.
    private void RentGradient(ref Slot slot) =>
        slot.Gradient = _arena.Rent(Device.PhysicalBytes(slot.Shape, slot.Layout, slot.Type));

    private bool AnyOutputHasGradient(int record)
    {
        for (var i = 0; i < _records[record].OutputCount; i++)
        {
            if (Output(record, i).HasGradient)
            {
                return true;
            }
        }

        return false;
    }

    private void FreeOutputs(int record)
    {
        for (var i = 0; i < _records[record].OutputCount; i++)
        {
            ref var slot = ref Output(record, i);
            if (slot.Gradient.IsRented)
            {
                _arena.Return(slot.Gradient);
                slot.Gradient = default;
                slot.HasGradient = false;
            }

            if (!slot.Kept)
            {
                FreeValue(ref slot);
            }
        }
    }

    private void CheckOutputs(int record, bool gradients)
    {
        ref var r = ref _records[record];
        var count = gradients ? r.InputCount : r.OutputCount;
        for (var i = 0; i < count; i++)
        {
            if (gradients && InputSlot(record, i) < 0)
            {
                continue;
            }

            ref var slot = ref gradients ? ref Input(record, i) : ref Output(record, i);
            if (!slot.HoldsNumbers || (gradients && !slot.HasGradient))
            {
                continue;
            }

            var address = !gradients ? slot.Address : slot.Parameter?.Gradient.Address ?? slot.Gradient.Address;
            if (!Device.IsFinite(address, Device.PhysicalCount(slot.Shape, slot.Layout), slot.Type))
            {
                var what = !gradients ? "output" : slot.Parameter is null ? "the gradient of its input" : "the gradient of";
                throw new NonFiniteException($"{Place(r.Rule)}: {what} {slot.Name} {slot.Shape} is not finite.");
            }
        }
    }
}
