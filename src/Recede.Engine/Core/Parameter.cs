using Recede.Engine.Devices;

namespace Recede.Engine.Core;

/// <summary>
/// A named tensor that outlives steps: weights, and a norm's running statistics. It owns its value, its gradient and every
/// companion buffer that an optimiser hangs on it (momentum), and gathers them all together when a channel space is
/// pruned, so optimisers hold no pruning code and its identity never changes.
/// </summary>
public sealed partial class Parameter : IDisposable
{
    // Added to the count of readers while a shrink is prepared: a step that enters meanwhile sees a negative number.
    private const int Claim = -(1 << 30);
    private readonly List<Companion> _companions = [];
    private DeviceBuffer _value;
    private DeviceBuffer? _gradient;
    private int _readers;

    /// <summary>Makes a parameter of zeros.</summary>
    /// <param name="device">Where it lies.</param>
    /// <param name="path">Its path in the network: "layer2.0.conv1.weight".</param>
    /// <param name="role">What it is in its layer.</param>
    /// <param name="shape">Filter [C_out, KH, KW, C_in] or vector [1, 1, 1, C].</param>
    /// <param name="outputSpace">Space of its output channels (a filter's first axis, a vector's channels).</param>
    /// <param name="inputSpace">Space of its input channels (a filter's last axis); null when they cannot be pruned.</param>
    /// <exception cref="ArgumentException">A space's width is not the shape's.</exception>
    public Parameter(
        Device device, string path, ParameterRole role, Shape shape, ChannelSpace? outputSpace = null, ChannelSpace? inputSpace = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Device = device;
        Path = path;
        Role = role;
        Shape = shape.Validated();
        OutputSpace = outputSpace;
        InputSpace = inputSpace;
        if (Layout == TensorLayout.Activation && shape != Shape.Vector(shape.C))
        {
            throw new ArgumentException($"{path}: a {role} is a vector [1,1,1,C], got {shape}.", nameof(shape));
        }

        CheckWidth(outputSpace, OutputChannels, "output");
        CheckWidth(inputSpace, shape.C, "input");
        _value = device.Allocate(Bytes, path);
    }

    /// <summary>Where it lies.</summary>
    public Device Device { get; }

    /// <summary>Its path in the network.</summary>
    public string Path { get; }

    /// <summary>What it is in its layer.</summary>
    public ParameterRole Role { get; }

    /// <summary>Logical shape; changes when its spaces are pruned.</summary>
    public Shape Shape { get; private set; }

    /// <summary>Physical layout.</summary>
    public TensorLayout Layout => Role == ParameterRole.Weight ? TensorLayout.Filter : TensorLayout.Activation;

    /// <summary>Whether it has a gradient; running statistics have none.</summary>
    public bool Trainable => Role is not (ParameterRole.RunningMean or ParameterRole.RunningVariance);

    /// <summary>Space of its output channels.</summary>
    public ChannelSpace? OutputSpace { get; }

    /// <summary>Space of its input channels.</summary>
    public ChannelSpace? InputSpace { get; }

    /// <summary>Output channels: N of a filter, C of a vector.</summary>
    public int OutputChannels => Layout == TensorLayout.Filter ? Shape.N : Shape.C;

    /// <summary>Floats in memory, lane padding included.</summary>
    public long PhysicalCount => Device.PhysicalCount(Shape, Layout);

    /// <summary>Bytes of the value in memory, lane padding included.</summary>
    public long Bytes => PhysicalCount * sizeof(float);

    /// <summary>Counts the changes of the value, for caches that derive from it. Raised by <see cref="MarkChanged"/>.</summary>
    public int Version { get; private set; }

    /// <summary>Counts how often memory of it was exchanged or freed; captured steps of an older count are void.</summary>
    internal int MemoryVersion { get; private set; }

    /// <summary>The value's memory.</summary>
    public DeviceBuffer Value => _value;

    /// <summary>The gradient's memory, made when first asked for.</summary>
    /// <exception cref="InvalidOperationException">The parameter is not trainable.</exception>
    public DeviceBuffer Gradient => Trainable
        ? _gradient ??= Device.Allocate(Bytes, OwnerOf("gradient"))
        : throw new InvalidOperationException($"{Path} is a {Role} and has no gradient.");

    /// <summary>Whether the gradient holds a contribution; without one it counts as zero.</summary>
    public bool HasGradient { get; set; }

    /// <summary>Forgets the gradient; the next contribution overwrites it.</summary>
    public void ZeroGradient() => HasGradient = false;

    /// <summary>Says that the value was changed through <see cref="Value"/>.</summary>
    public void MarkChanged() => Version++;

    /// <summary>Bytes of value, gradient and companions that this parameter holds now.</summary>
    public long HeldBytes
    {
        get
        {
            var bytes = _value.Bytes + (_gradient?.Bytes ?? 0);
            foreach (var companion in _companions)
            {
                bytes += companion.Buffer.Bytes;
            }

            return bytes;
        }
    }

    /// <summary>Sets the value from the host, row-major.</summary>
    public void Set(ReadOnlySpan<float> values)
    {
        Device.Upload(values, Shape, Layout, _value.Address);
        MarkChanged();
    }

    /// <summary>Takes over the value of a parameter of the same shape and device, and, when asked to, its companions: those
    /// that the other has not are freed.</summary>
    /// <exception cref="ArgumentException">Shape, role or device differ; nothing is changed.</exception>
    public void CopyFrom(Parameter other, bool companions = false)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Shape != Shape || other.Role != Role || !ReferenceEquals(other.Device, Device))
        {
            throw new ArgumentException($"{this} cannot take the value of {other}.", nameof(other));
        }

        Device.Copy(other._value.Address, _value.Address, Bytes);
        MarkChanged();
        if (companions)
        {
            for (var i = _companions.Count - 1; i >= 0; i--)
            {
                if (!other.HasCompanion(_companions[i].Name))
                {
                    DropCompanion(_companions[i].Name);
                }
            }

            foreach (var companion in other._companions)
            {
                Device.Copy(companion.Buffer.Address, CompanionBuffer(companion.Name).Address, Bytes);
            }
        }
    }

    /// <summary>The value on the host, row-major.</summary>
    public float[] ToArray() => Download(_value);

    /// <summary>The gradient on the host, row-major; zeros when there is none.</summary>
    public float[] GradientToArray() => HasGradient ? Download(Gradient) : new float[Shape.Count];

    /// <summary>
    /// Gathers the channels that stay of value, gradient and companions into new memory and changes nothing yet;
    /// <see cref="ParameterShrink.Commit"/> swaps it in. Until it is disposed no step, of whatever thread, can begin to use
    /// the parameter, and no other shrink.
    /// </summary>
    /// <param name="keptOut">Sorted output channels that stay; empty keeps all.</param>
    /// <param name="keptIn">Sorted input channels that stay; empty keeps all.</param>
    /// <exception cref="InvalidOperationException">A step that is under way uses the parameter.</exception>
    /// <exception cref="ArgumentException">A list is not sorted, or names a channel that is not there.</exception>
    public ParameterShrink PrepareShrink(ReadOnlySpan<int> keptOut, ReadOnlySpan<int> keptIn)
    {
        CheckKept(keptOut, OutputChannels, "output");
        CheckKept(keptIn, Shape.C, "input");
        if (Interlocked.CompareExchange(ref _readers, Claim, 0) != 0)
        {
            throw new InvalidOperationException($"{this} is in use by a step that is under way; end the step before pruning.");
        }

        var outs = keptOut.IsEmpty ? OutputChannels : keptOut.Length;
        var shape = Layout == TensorLayout.Activation
            ? Shape.Vector(outs)
            : new Shape(outs, Shape.H, Shape.W, keptIn.IsEmpty ? Shape.C : keptIn.Length);
        var bytes = Device.PhysicalBytes(shape, Layout, ElementType.Float32);
        var shrink = new ParameterShrink(this, shape);
        try
        {
            shrink.Value = shrink.Gathered(_value, keptOut, keptIn, bytes, Path);
            shrink.Gradient = _gradient is null ? null : shrink.Gathered(_gradient, keptOut, keptIn, bytes, OwnerOf("gradient"));
            foreach (var companion in _companions)
            {
                shrink.Companions.Add(shrink.Gathered(companion.Buffer, keptOut, keptIn, bytes, OwnerOf(companion.Name)));
            }
        }
        catch
        {
            shrink.Dispose();
            throw;
        }

        return shrink;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _value.Dispose();
        _gradient?.Dispose();
        foreach (var companion in _companions)
        {
            companion.Buffer.Dispose();
        }

        _companions.Clear();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Path} {Shape}";

    /// <summary>A step begins to use the memory.</summary>
    /// <exception cref="InvalidOperationException">The parameter is being pruned.</exception>
    internal void Enter()
    {
        if (Interlocked.Increment(ref _readers) < 0)
        {
            Interlocked.Decrement(ref _readers);
            throw new InvalidOperationException($"{Path} is being pruned; begin the step before or after that.");
        }
    }

    /// <summary>A step that used the memory has ended.</summary>
    internal void Leave() => Interlocked.Decrement(ref _readers);

    /// <summary>The shrink that was prepared is over.</summary>
    internal void EndShrink() => Interlocked.Add(ref _readers, -Claim);

    internal void Swap(ParameterShrink shrink)
    {
        (_value, shrink.Value) = (shrink.Value!, _value);
        (_gradient, shrink.Gradient) = (shrink.Gradient, _gradient);
        for (var i = 0; i < _companions.Count; i++)
        {
            var old = _companions[i];
            _companions[i] = old with { Buffer = shrink.Companions[i] };
            shrink.Companions[i] = old.Buffer;
        }

        Shape = shrink.Shape;
        MemoryVersion++;
        MarkChanged();
    }

    // Who holds a buffer, as out-of-memory errors tell it.
    private string OwnerOf(string name) => $"{Path} ({name})";

    private float[] Download(DeviceBuffer buffer)
    {
        var values = new float[Shape.Count];
        Device.Download(buffer.Address, Shape, Layout, values);
        return values;
    }

    private void CheckWidth(ChannelSpace? space, int width, string side)
    {
        if (space is not null && space.Width != width)
        {
            throw new ArgumentException($"{Path} {Shape}: {side} space {space} does not have its {width} channels.");
        }
    }

    private void CheckKept(ReadOnlySpan<int> kept, int width, string side)
    {
        for (var i = 0; i < kept.Length; i++)
        {
            if (kept[i] < (i == 0 ? 0 : kept[i - 1] + 1) || kept[i] >= width)
            {
                throw new ArgumentException(
                    $"{Path} {Shape}: kept {side} channels must be sorted, distinct and below {width}; entry {i} is {kept[i]}.");
            }
        }
    }

    private sealed record Companion(string Name, DeviceBuffer Buffer);
}
