using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Bench.Gpu.Kernels;

/// <summary>
/// A tensor that stays in device memory from step to step: an operand for ops that are timed. Its values are small numbers of
/// both signs; they repeat, since nobody looks at them and a large tensor of drawn ones would take the host a minute.
/// </summary>
internal sealed class DeviceTensor : IDisposable
{
    private const int Drawn = 1 << 16;
    private const int MostLabel = 8;

    private readonly DeviceBuffer _memory;

    /// <summary>Makes a tensor whose channels need no padding.</summary>
    public DeviceTensor(CudaDevice device, Shape shape, ElementType type, TensorLayout layout = TensorLayout.Activation)
    {
        Shape = shape;
        Type = type;
        Layout = layout;
        Bytes = device.PhysicalBytes(shape, layout, type);
        if (layout == TensorLayout.Activation && device.PhysicalCount(shape, layout) != shape.Count)
        {
            throw new ArgumentException($"{shape}: expected channels that fill whole lanes.");
        }

        _memory = device.Allocate(Bytes, "operand of a benchmark");
        var pattern = Pattern(type)[..(int)Math.Min(Bytes, Drawn)];
        device.UploadBytes(pattern, _memory.Address);
        for (long done = pattern.Length; done < Bytes; done *= 2)
        {
            device.Copy(_memory.Address, _memory.Address + (nint)done, Math.Min(done, Bytes - done));
        }
    }

    public Shape Shape { get; }

    public ElementType Type { get; }

    public TensorLayout Layout { get; }

    public long Bytes { get; }

    public nint Address => _memory.Address;

    /// <summary>Makes it an operand of the step that is under way.</summary>
    public Tensor On(Tape tape, bool needsGradient = false)
    {
        var tensor = tape.Borrow(_memory, new OutputSpec(Shape, Type, Layout), "operand");
        tape.SlotOf(tensor).NeedsGradient = needsGradient;
        return tensor;
    }

    public void Dispose() => _memory.Dispose();

    private static byte[] Pattern(ElementType type)
    {
        var bytes = new byte[Drawn];
        for (var i = 0; i < Drawn; i++)
        {
            bytes[i] = (byte)Philox.UInt32(1, 0, (ulong)i);
        }

        for (var i = 0; type == ElementType.Float32 && i < Drawn; i += sizeof(float))
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(i), Number(i));
        }

        // Labels and indices: any small class.
        for (var i = 0; type == ElementType.Int32 && i < Drawn; i += sizeof(int))
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(i), i / sizeof(int) % MostLabel);
        }

        for (var i = 0; type == ElementType.BFloat16 && i < Drawn; i += 2)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(i), (ushort)(BitConverter.SingleToUInt32Bits(Number(i)) >> 16));
        }

        return bytes;
    }

    private static float Number(int i) => 4 * (Philox.Uniform(1, 1, (ulong)i) - 0.5f);
}
