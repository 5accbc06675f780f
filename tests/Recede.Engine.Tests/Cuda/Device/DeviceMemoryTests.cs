using Recede.Engine.Devices;

namespace Recede.Engine.Tests.Cuda.Device;

/// <summary>What every device says of its memory: owners, and what is missing.</summary>
[TestFixture]
internal sealed class DeviceMemoryTests
{
    [Test]
    public void Amounts_are_in_the_unit_that_reads_best() => Assert.That(
        new[] { 0L, 1023, 1024, 1536, 5 << 20, 3L << 30 }.Select(MemoryLedger.Amount),
        Is.EqualTo(new[] { "0 bytes", "1023 bytes", "1 KiB", "1.5 KiB", "5 MiB", "3 GiB" }));

    [Test]
    public void The_largest_owners_are_named_and_the_others_counted()
    {
        var ledger = new MemoryLedger();
        Assert.That(ledger.Describe(), Is.EqualTo("nothing"));
        ledger.Add(1, 100, "a");
        ledger.Add(2, 50, "b");
        ledger.Add(3, 60, "b");
        Assert.That(ledger.Describe(), Is.EqualTo("b 110 bytes, a 100 bytes"));
        ledger.Remove(2);
        for (var i = 0; i < 7; i++)
        {
            ledger.Add(10 + i, 10, $"small {i}");
        }

        Assert.That(
            ledger.Describe(),
            Is.EqualTo("a 100 bytes, b 60 bytes, small 0 10 bytes, small 1 10 bytes, small 2 10 bytes, small 3 10 bytes, 3 others 30 bytes"));
    }

    [Test]
    public void Out_of_memory_tells_who_asked_for_what_and_who_holds_what()
    {
        using var device = Engine.Devices.Device.Cpu(1);
        using var held = device.Allocate(2048, "conv1.weight");
        Assert.That(
            () => device.Allocate(1L << 60, "step arena"),
            Throws.InstanceOf<DeviceOutOfMemoryException>()
                .With.Message.Contains("step arena asked for 1073741824 GiB")
                .And.Message.Contains("conv1.weight 2 KiB"));
        Assert.That(device.LiveBytes, Is.EqualTo(2048));
        using var more = device.Allocate(64);
        Assert.That(device.DescribeMemory(), Is.EqualTo("conv1.weight 2 KiB, unnamed 64 bytes"));
    }

    [Test]
    public void A_scalar_is_written_with_its_padding()
    {
        using var device = Engine.Devices.Device.Cpu(1);
        using var buffer = device.Allocate(device.PhysicalBytes(Shape.Scalar, TensorLayout.Activation, ElementType.Float32));
        var bytes = new byte[buffer.Bytes];
        Array.Fill(bytes, (byte)0xFF);
        device.UploadBytes(bytes, buffer.Address);
        device.WriteScalar(buffer.Address, 1.5f);
        device.DownloadBytes(buffer.Address, bytes);
        Assert.That(BitConverter.ToSingle(bytes), Is.EqualTo(1.5f));
        Assert.That(bytes.Skip(4), Is.All.Zero);
    }
}
