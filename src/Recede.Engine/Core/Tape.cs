using Recede.Engine.Devices;

namespace Recede.Engine.Core;

/// <summary>
/// Runs ops, records them, and differentiates. One tape serves one thread, step after step: <see cref="BeginStep"/>, ops,
/// <see cref="Backward"/>, end. It owns the step arena; a warm step allocates no managed memory. A network can serve
/// inference from several threads, each with its own tape.
/// </summary>
public sealed partial class Tape : IDisposable
{
    private readonly StepArena _arena;
    private Slot[] _slots = new Slot[64];
    private Record[] _records = new Record[64];
    private int[] _operands = new int[256];
    private IArgumentStore?[] _stores = new IArgumentStore?[16];
    private int _slotCount;
    private int _recordCount;
    private int _operandCount;
    private int _generation;
    private bool _inStep;
    private bool _spent;
    private bool _disposed;
    private string _scope = "";
    private ulong _stepNumber;

    /// <summary>Makes a tape on a device.</summary>
    public Tape(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        Device = device;
        _arena = new StepArena(device);
    }

    /// <summary>Where this tape's ops run.</summary>
    public Device Device { get; }

    /// <summary>The memory of its steps.</summary>
    public StepArena Arena => _arena;

    /// <summary>True in a training step: ops are recorded, norms use the batch's statistics.</summary>
    public bool Training { get; private set; }

    /// <summary>True between <see cref="BeginStep"/> and the end of the step.</summary>
    public bool InStep => _inStep;

    /// <summary>
    /// Checks every output and every gradient and throws at the first that is not finite. Slow: used to name the culprit
    /// after a step went bad.
    /// </summary>
    public bool CheckFinite { get; set; }

    /// <summary>Who is told of every op, or null.</summary>
    internal ITapeObserver? Observer { get; set; }

    /// <summary>Seed of the random numbers that ops of this tape draw (dropout); see <see cref="Philox"/>.</summary>
    public ulong Seed { get; set; }

    /// <summary>Number of the training step, set by the training loop: random ops draw anew each step.</summary>
    /// <exception cref="InvalidOperationException">It is read in a captured step, which is replayed with other numbers: see
    /// <see cref="CudaOpContext.StepNumberWord"/>.</exception>
    public ulong StepNumber
    {
        get => StateWords == 0
            ? _stepNumber
            : throw new InvalidOperationException(
                "The host reads the number of a step that is replayed with others; CudaOpContext.StepNumberWord is for that, or CudaOptions.CaptureSteps = false.");
        set => _stepNumber = value;
    }

    /// <summary>Path of the layer that is running; names tensors and errors.</summary>
    public string Scope
    {
        get => _scope;
        set => _scope = value ?? "";
    }

    /// <summary>The step's number as far as the host knows it: 0 in a captured step, whose kernels add it.</summary>
    internal ulong KnownStepNumber => StateWords == 0 ? _stepNumber : 0;

    /// <summary>Device address of the <see cref="Devices.Cuda.StepState"/> of a step that is captured; 0 in any other.</summary>
    internal nint StateWords { get; set; }

    /// <summary>Starts a step; dispose what it returns to end it.</summary>
    /// <param name="training">Record for a backward pass, and let norms and dropout behave as in training.</param>
    /// <exception cref="InvalidOperationException">A step is under way.</exception>
    /// <exception cref="ObjectDisposedException">The tape is disposed.</exception>
    public StepScope BeginStep(bool training)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_inStep)
        {
            throw new InvalidOperationException("A step of this tape is under way; end it before another begins.");
        }

        _inStep = true;
        _spent = false;
        Training = training;
        _scope = "";
        return new StepScope(this, _generation);
    }

    /// <summary>Copies host values in row-major order into a tensor of this step, of the device's
    /// <see cref="Device.ActivationType"/>.</summary>
    /// <param name="values">As many as <paramref name="shape"/> counts.</param>
    /// <param name="shape">Logical shape [N, H, W, C].</param>
    /// <param name="needsGradient">Whether backward computes this tensor's gradient too.</param>
    public Tensor Input(ReadOnlySpan<float> values, Shape shape, bool needsGradient = false)
    {
        CheckInStep();
        var slot = AddSlot(new OutputSpec(shape.Validated(), Device.ActivationType), "input");
        Device.Upload(values, shape, TensorLayout.Activation, _slots[slot].Address, Device.ActivationType);
        _slots[slot].NeedsGradient = needsGradient && Training;
        return Handle(slot);
    }

    /// <summary>Copies uint8 images [N, H, W, C] into a dense tensor of this step.</summary>
    public Tensor Input(ReadOnlySpan<byte> images, Shape shape)
    {
        CheckInStep();
        if (images.Length != shape.Validated().Count)
        {
            throw new ArgumentException($"Images {shape} have {shape.Count} bytes, the span has {images.Length}.");
        }

        var slot = AddSlot(new OutputSpec(shape, ElementType.UInt8, TensorLayout.Dense, Differentiable: false), "images");
        Device.UploadBytes(images, _slots[slot].Address);
        return Handle(slot);
    }

    /// <summary>Copies labels, one an image, into a tensor [N, 1, 1, 1] of this step.</summary>
    public Tensor Input(ReadOnlySpan<int> labels)
    {
        CheckInStep();
        var spec = new OutputSpec(new Shape(labels.Length, 1, 1, 1), ElementType.Int32, TensorLayout.Dense, Differentiable: false);
        var slot = AddSlot(spec, "labels");
        Device.UploadBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(labels), _slots[slot].Address);
        return Handle(slot);
    }

    /// <summary>
    /// Makes memory that the step does not own an operand, to be read in place: at a fixed address, as a captured step wants
    /// its inputs. It stays its owner's, who keeps it until the device has done the step's work. No gradient flows into it.
    /// </summary>
    /// <param name="buffer">Memory of this tape's device that holds the values in the device's physical layout.</param>
    /// <param name="spec">What they are.</param>
    /// <param name="name">Its name in errors.</param>
    /// <exception cref="ArgumentException">The buffer is too small or another device's.</exception>
    public Tensor Borrow(DeviceBuffer buffer, in OutputSpec spec, string name)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        CheckInStep();
        var bytes = Device.PhysicalBytes(spec.Shape.Validated(), spec.Layout, spec.Type);
        if (!ReferenceEquals(buffer.Device, Device) || buffer.Bytes < bytes)
        {
            throw new ArgumentException(
                $"{name} {spec.Shape} takes {bytes} bytes of this {Device.Name} device; the buffer has {buffer.Bytes} of a {buffer.Device.Name} device.",
                nameof(buffer));
        }

        var slot = NextSlot();
        _slots[slot] = new Slot
        {
            Name = name,
            Shape = spec.Shape,
            Type = spec.Type,
            Layout = spec.Layout,
            Address = buffer.Address,
            Moments = -1,
        };
        return Handle(slot);
    }

    /// <summary>Makes a parameter an operand of this step; its gradient accumulates in the parameter.</summary>
    /// <exception cref="ArgumentException">The parameter lies on another device.</exception>
    public Tensor Bind(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        CheckInStep();
        if (!ReferenceEquals(parameter.Device, Device))
        {
            throw new ArgumentException($"{parameter.Path} lies on {parameter.Device.Name}, this tape runs on {Device.Name}.");
        }

        var slot = NextSlot();
        parameter.Enter();
        _slots[slot] = new Slot
        {
            Name = parameter.Path,
            Shape = parameter.Shape,
            Layout = parameter.Layout,
            Parameter = parameter,
            Address = parameter.Value.Address,
            NeedsGradient = Training && parameter.Trainable,
            Moments = -1,
        };
        return Handle(slot);
    }

    /// <summary>Runs an op and records it when training; returns its first output.</summary>
    public Tensor Record<TArgs>(OpRule<TArgs> rule, in TArgs args, ReadOnlySpan<Tensor> inputs)
        where TArgs : struct
    {
        var record = Run(rule, args, inputs);
        return Handle(_operands[_records[record].FirstOutput]);
    }

    /// <summary>Runs an op and records it when training; writes its outputs to <paramref name="outputs"/>.</summary>
    public void Record<TArgs>(OpRule<TArgs> rule, in TArgs args, ReadOnlySpan<Tensor> inputs, Span<Tensor> outputs)
        where TArgs : struct
    {
        // Run may move the records, so their place is looked up after it.
        var added = Run(rule, args, inputs);
        ref readonly var record = ref _records[added];
        for (var i = 0; i < outputs.Length && i < record.OutputCount; i++)
        {
            outputs[i] = Handle(_operands[record.FirstOutput + i]);
        }
    }

    /// <summary>Says that nobody reads this tensor again in the forward pass: its memory is reused, at once or after
    /// the backward pass that still needs it.</summary>
    public void Release(Tensor tensor)
    {
        ref var slot = ref SlotOf(tensor);
        slot.Released = true;
        FreeIfUnread(ref slot);
    }

    /// <summary>Keeps a value until the step ends, so that it can be read after <see cref="Backward"/>.</summary>
    public void Keep(Tensor tensor)
    {
        ref var slot = ref SlotOf(tensor);
        CheckPresent(slot);
        slot.Kept = true;
    }

    /// <summary>Copies a tensor's values to the host in row-major order.</summary>
    /// <exception cref="InvalidOperationException">The value's memory was reused after its last reader.</exception>
    public void Read(Tensor tensor, Span<float> values)
    {
        ref var slot = ref SlotOf(tensor);
        CheckPresent(slot);
        if (!slot.HoldsNumbers)
        {
            throw new InvalidOperationException($"{slot.Name} {slot.Shape} holds {slot.Type}, not floats.");
        }

        Device.Download(slot.Address, slot.Shape, slot.Layout, values, slot.Type);
    }

    /// <summary>Copies the gradient of an input made with needsGradient to the host, after <see cref="Backward"/>.</summary>
    public void ReadGradient(Tensor tensor, Span<float> values)
    {
        ref var slot = ref SlotOf(tensor);
        if (!slot.HasGradient || slot.Parameter is not null)
        {
            throw new InvalidOperationException($"{slot.Name} {slot.Shape} holds no gradient of its own in this step.");
        }

        Device.Download(slot.Gradient.Address, slot.Shape, slot.Layout, values, slot.Type);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EndStep(_generation);
        _disposed = true;
        _arena.Dispose();
    }

    internal void EndStep(int generation)
    {
        if (!_inStep || generation != _generation)
        {
            return;
        }

        for (var i = 0; i < _slotCount; i++)
        {
            _slots[i].Parameter?.Leave();

            // Name and shape stay, for the error of whoever uses the tensor now.
            _slots[i] = new Slot { Name = _slots[i].Name, Shape = _slots[i].Shape };
        }

        // An op that threw may have left workspaces behind; the rewind takes them too.
        _slotCount = _recordCount = _operandCount = _workspaceCount = 0;
        foreach (var store in _stores)
        {
            store?.Clear();
        }

        _arena.Rewind();
        _generation++;
        _inStep = false;
    }
}
