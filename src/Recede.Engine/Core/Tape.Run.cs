using Recede.Engine.Devices;

namespace Recede.Engine.Core;

/// <content>Running and recording an op, and what its code may see.</content>
public sealed partial class Tape
{
    private ArenaBlock[] _workspaces = new ArenaBlock[8];
    private int _workspaceCount;

    /// <summary>The moments [2, 1, 1, C] (mean, then biased variance) that the convolution which made
    /// <paramref name="tensor"/> left, or <see cref="Tensor.None"/>.</summary>
    public Tensor MomentsOf(Tensor tensor)
    {
        var slot = SlotOf(tensor).Moments;
        return slot < 0 ? Tensor.None : Handle(slot);
    }

    /// <summary>Attaches the channel moments of a tensor to it, for the norm that follows.</summary>
    public void AttachMoments(Tensor tensor, Tensor moments)
    {
        CheckPresent(SlotOf(moments));
        SlotOf(tensor).Moments = moments.Slot;
    }

    internal ref Slot SlotOf(Tensor tensor)
    {
        if (!ReferenceEquals(tensor.Tape, this))
        {
            throw new InvalidOperationException(
                tensor.IsNone ? "Tensor.None stands where a tensor is needed." : "The tensor belongs to another tape.");
        }

        if (tensor.Generation != _generation)
        {
            throw Stale(tensor);
        }

        return ref _slots[tensor.Slot];
    }

    internal string Place(OpRule rule) => _scope.Length == 0 ? rule.Name : $"{rule.Name} {_scope}";

    /// <summary>How many ops the step has recorded so far.</summary>
    internal int RecordCount => _recordCount;

    internal int InputCount(int record) => _records[record].InputCount;

    internal string Place(int record) => Place(_records[record].Rule);

    internal int InputSlot(int record, int input) => _operands[_records[record].FirstInput + input];

    internal ref Slot Input(int record, int input) => ref _slots[InputSlot(record, input)];

    internal ref Slot Output(int record, int output) => ref _slots[_operands[_records[record].FirstOutput + output]];

    internal nint InputAddress(int record, int input)
    {
        ref var slot = ref Input(record, input);
        CheckPresent(slot);
        return slot.Address;
    }

    internal nint OutputAddress(int record, int output)
    {
        ref var slot = ref Output(record, output);
        CheckPresent(slot);
        return slot.Address;
    }

    internal nint Workspace(long bytes)
    {
        if (_workspaceCount == _workspaces.Length)
        {
            Array.Resize(ref _workspaces, _workspaceCount * 2);
        }

        var block = _arena.Rent(bytes);
        _workspaces[_workspaceCount++] = block;
        return block.Address;
    }

    internal ref readonly TArgs Arguments<TArgs>(int record)
        where TArgs : struct
    {
        ref var r = ref _records[record];
        return ref ((ArgumentStore<TArgs>)_stores[r.Rule.Id]!).Get(r.Arguments);
    }

    private int Run<TArgs>(OpRule<TArgs> rule, in TArgs args, ReadOnlySpan<Tensor> inputs)
        where TArgs : struct
    {
        ArgumentNullException.ThrowIfNull(rule);
        CheckInStep();
        if (_spent)
        {
            throw new InvalidOperationException($"{Place(rule)}: the step's backward pass has run; begin another step.");
        }

        foreach (var input in inputs)
        {
            if (input.IsNone)
            {
                continue;
            }

            if (!ReferenceEquals(input.Tape, this))
            {
                throw new InvalidOperationException($"{Place(rule)}: an operand belongs to another tape.");
            }

            CheckPresent(SlotOf(input));
        }

        Span<OutputSpec> outputs = stackalloc OutputSpec[OpRule<TArgs>.MaximumOutputs];
        var count = rule.Infer(new OpShapes(this, rule, inputs), args, outputs);
        var record = AddRecord(rule, args, inputs, outputs[..count]);
        Observer?.BeforeOp(rule, _scope, backward: false);
        rule.Forward(this, record, args);
        Observer?.AfterOp(rule, _scope, backward: false);
        ReturnWorkspaces();
        if (CheckFinite)
        {
            CheckOutputs(record, gradients: false);
        }

        if (!Training)
        {
            for (var i = 0; i < count; i++)
            {
                if (outputs[i].Auxiliary)
                {
                    ref var slot = ref Output(record, i);
                    slot.Released = true;
                    FreeIfUnread(ref slot);
                }
            }
        }

        return record;
    }

    private int AddRecord<TArgs>(OpRule<TArgs> rule, in TArgs args, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<OutputSpec> outputs)
        where TArgs : struct
    {
        if (_recordCount == _records.Length)
        {
            Array.Resize(ref _records, _recordCount * 2);
        }

        while (_operandCount + inputs.Length + outputs.Length > _operands.Length)
        {
            Array.Resize(ref _operands, _operands.Length * 2);
        }

        if (rule.Id >= _stores.Length)
        {
            Array.Resize(ref _stores, Math.Max(rule.Id + 1, _stores.Length * 2));
        }

        var saves = rule.Saves(args);
        var record = _recordCount;
        ref var r = ref _records[record];
        r.Rule = rule;
        r.Scope = _scope;
        r.FirstInput = _operandCount;
        r.InputCount = inputs.Length;
        r.OutputCount = outputs.Length;
        r.Arguments = ((ArgumentStore<TArgs>)(_stores[rule.Id] ??= rule.CreateStore())).Add(args);
        var needsGradient = false;
        for (var i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].IsNone)
            {
                _operands[_operandCount++] = -1;
                continue;
            }

            ref var slot = ref SlotOf(inputs[i]);
            needsGradient |= slot.NeedsGradient;
            slot.Saved |= Training && (saves.Inputs >> i & 1) != 0;
            _operands[_operandCount++] = inputs[i].Slot;
        }

        r.FirstOutput = _operandCount;
        for (var i = 0; i < outputs.Length; i++)
        {
            var slot = AddSlot(outputs[i], _scope.Length == 0 ? rule.Name : _scope);
            _slots[slot].NeedsGradient = needsGradient && outputs[i].Differentiable;
            _slots[slot].Saved = Training && (saves.Outputs >> i & 1) != 0;
            _operands[_operandCount++] = slot;
        }

        // Last, so that a device without room for an output leaves no half of a record.
        _recordCount = record + 1;
        return record;
    }

    private int AddSlot(in OutputSpec spec, string name)
    {
        var index = NextSlot();
        var block = _arena.Rent(Device.PhysicalBytes(spec.Shape, spec.Layout, spec.Type));
        _slots[index] = new Slot
        {
            Name = name,
            Shape = spec.Shape,
            Type = spec.Type,
            Layout = spec.Layout,
            Value = block,
            Address = block.Address,

            // Scalars are what people read after a step, and cost nothing to keep.
            Kept = spec.Shape.Count == 1,
            Moments = -1,
        };
        return index;
    }

    private int NextSlot()
    {
        if (_slotCount == _slots.Length)
        {
            Array.Resize(ref _slots, _slotCount * 2);
        }

        return _slotCount++;
    }

    private Tensor Handle(int slot) => new(this, slot, _generation);

    private void FreeIfUnread(ref Slot slot)
    {
        if (slot.Released && !slot.Saved && !slot.Kept)
        {
            FreeValue(ref slot);
        }
    }

    private void FreeValue(ref Slot slot)
    {
        if (slot.Value.IsRented)
        {
            _arena.Return(slot.Value);
            slot.Value = default;
            slot.Gone = true;
        }
    }

    private void ReturnWorkspaces()
    {
        while (_workspaceCount > 0)
        {
            _arena.Return(_workspaces[--_workspaceCount]);
        }
    }

    private void CheckInStep()
    {
        if (!_inStep)
        {
            throw new InvalidOperationException("Tensors live inside a step: call Tape.BeginStep first.");
        }
    }

    // The slot still tells the name if that step was the last and no newer tensor has taken the place.
    private InvalidOperationException Stale(Tensor tensor)
    {
        var known = tensor.Generation == _generation - 1 && tensor.Slot >= _slotCount;
        var name = known ? $"{_slots[tensor.Slot].Name} {_slots[tensor.Slot].Shape}" : $"Tensor {tensor.Slot}";
        return new InvalidOperationException(
            $"{name} belongs to step {tensor.Generation}, which has ended (now {_generation}); copy out what must outlive a step.");
    }

    private static void CheckPresent(in Slot slot)
    {
        if (slot.Gone)
        {
            throw new InvalidOperationException(
                $"{slot.Name} {slot.Shape}: its memory was reused after its last reader; call Tape.Keep on it to read it later.");
        }
    }
}
