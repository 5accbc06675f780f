using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Tests.Cuda.Device;

/// <summary>bfloat16 tensors between the host, which has floats, and the device; on the stand-in.</summary>
[TestFixture]
internal sealed class BFloat16TransferTests
{
    // Ties to even both ways, the smallest numbers, what rounds to infinity, and what never rounds to another kind.
    private static readonly float[] Special =
    [
        1.00390625f, 1.01171875f, 1.0039063f, -1.00390625f, 0f, -0f, float.Epsilon, 1e-40f, 3.3895314e38f, 3.4e38f,
        -3.4e38f, float.PositiveInfinity, float.NegativeInfinity,
    ];

    private StandIn _standIn = null!;
    private CudaDevice _device = null!;

    [SetUp]
    public void Open()
    {
        _standIn = StandIn.Take();
        _device = StandInDevice.Open();
    }

    [TearDown]
    public void Close()
    {
        _device.Dispose();
        _standIn.Dispose();
    }

    [Test]
    public void What_is_uploaded_is_rounded_to_nearest_even_and_padding_is_zero(
        [Values] TensorLayout layout, [Values(0, 1, 7, 8, 37)] int channels)
    {
        var shape = new Shape(3, 2, 3, channels);
        float[] values = [.. Enumerable.Range(0, (int)shape.Count).Select(i => i < Special.Length ? Special[i] : MathF.Sin(i) * i)];
        using var buffer = Rented(shape, layout);
        _device.Upload(values, shape, layout, buffer.Address, ElementType.BFloat16);

        var rounded = Array.ConvertAll(values, BFloat16.Round);
        var read = new float[shape.Count];
        _device.Download(buffer.Address, shape, layout, read, ElementType.BFloat16);
        Assert.That(Bits(read), Is.EqualTo(Bits(rounded)));

        var physical = new byte[_device.PhysicalBytes(shape, layout, ElementType.BFloat16)];
        _device.DownloadBytes(buffer.Address, physical);
        var stored = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(physical).ToArray();
        Assert.That(
            stored.Where(bits => bits != 0), Is.EqualTo(rounded.Select(BFloat16.FromSingle).Where(bits => bits != 0)), "in order, and everything else zero");
    }

    [Test]
    public void NaN_stays_NaN()
    {
        var shape = Shape.Vector(3);
        using var buffer = Rented(shape, TensorLayout.Activation);
        float[] values = [float.NaN, BitConverter.UInt32BitsToSingle(0xFFFFFFFF), BitConverter.UInt32BitsToSingle(0x7F800001)];
        _device.Upload(values, shape, TensorLayout.Activation, buffer.Address, ElementType.BFloat16);
        _device.Download(buffer.Address, shape, TensorLayout.Activation, values, ElementType.BFloat16);
        Assert.That(values, Is.All.NaN);
    }

    [Test]
    public void Transfers_larger_than_the_staging_pieces_arrive_whole()
    {
        var shape = new Shape(1, 1000, 300, 5);
        var values = StandInDevice.Numbers(shape.Count);
        using var buffer = Rented(shape, TensorLayout.Activation);
        _device.Upload(values, shape, TensorLayout.Activation, buffer.Address, ElementType.BFloat16);
        var read = new float[shape.Count];
        _device.Download(buffer.Address, shape, TensorLayout.Activation, read, ElementType.BFloat16);
        Assert.That(read.AsSpan().SequenceEqual(Array.ConvertAll(values, BFloat16.Round)));
    }

    [Test]
    public void A_scalar_takes_eight_bfloat16()
    {
        using var buffer = _device.Allocate(64);
        _device.UploadBytes([.. Enumerable.Repeat(byte.MaxValue, 64)], buffer.Address);
        _device.WriteScalar(buffer.Address, -2.5f, ElementType.BFloat16);
        var bytes = new byte[18];
        _device.DownloadBytes(buffer.Address, bytes);
        var stored = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(bytes).ToArray();
        Assert.That(stored, Is.EqualTo(new ushort[] { BFloat16.FromSingle(-2.5f), 0, 0, 0, 0, 0, 0, 0, ushort.MaxValue }));
    }

    [Test]
    public void Values_that_are_not_finite_are_found_wherever_they_are(
        [Values(1, 8, 259)] int count, [Values(float.NaN, float.PositiveInfinity, float.NegativeInfinity, 3.4e38f)] float bad)
    {
        var shape = new Shape(count, 1, 1, 1);
        using var buffer = Rented(shape, TensorLayout.Dense);
        foreach (var at in new[] { -1, 0, count / 2, count - 1 })
        {
            var values = StandInDevice.Numbers(count);
            if (at >= 0)
            {
                values[at] = bad;
            }

            _device.Upload(values, shape, TensorLayout.Dense, buffer.Address, ElementType.BFloat16);
            Assert.That(_device.IsFinite(buffer.Address, count, ElementType.BFloat16), Is.EqualTo(at < 0), $"at {at}");
        }
    }

    [Test]
    public void Bytes_and_integers_are_no_numbers([Values(ElementType.UInt8, ElementType.Int32)] ElementType type)
    {
        using var buffer = _device.Allocate(64);
        var shape = Shape.Scalar;
        Assert.That(() => _device.Upload([1], shape, TensorLayout.Activation, buffer.Address, type), Throws.ArgumentException);
        Assert.That(() => _device.Download(buffer.Address, shape, TensorLayout.Activation, new float[1], type), Throws.ArgumentException);
        Assert.That(() => _device.IsFinite(buffer.Address, 8, type), Throws.ArgumentException);
        Assert.That(() => _device.WriteScalar(buffer.Address, 1, type), Throws.ArgumentException);
    }

    [Test]
    public void A_GPU_without_bfloat16_is_refused_and_left_alone()
    {
        _standIn.Configure(new StandInSettings { ComputeCapability = (7, 5) });
        Assert.That(
            () => StandInDevice.Open(new CudaOptions { ActivationType = ElementType.BFloat16 }),
            Throws.InstanceOf<DeviceUnavailableException>().With.Message.Contains("8.0").And.Message.Contains("Float32"));
        using var plain = StandInDevice.Open();
        Assert.That((plain.ActivationType, plain.Precision), Is.EqualTo((ElementType.Float32, "float32")));
    }

    [Test]
    public void The_CPU_refuses_bfloat16()
    {
        using var cpu = Engine.Devices.Device.Cpu(1);
        using var buffer = cpu.Allocate(64);
        Assert.That(cpu.ActivationType, Is.EqualTo(ElementType.Float32));
        Assert.That(
            () => cpu.Upload([1], Shape.Scalar, TensorLayout.Activation, buffer.Address, ElementType.BFloat16),
            Throws.ArgumentException.With.Message.Contains("The CPU computes with Float32, not BFloat16"));
    }

    private static uint[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToUInt32Bits);

    private DeviceBuffer Rented(Shape shape, TensorLayout layout) =>
        _device.Allocate(_device.PhysicalBytes(shape, layout, ElementType.BFloat16));
}
