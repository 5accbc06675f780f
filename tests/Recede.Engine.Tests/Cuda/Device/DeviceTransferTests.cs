using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Tests.Cuda.Device;

/// <summary>Copies between host and device, on the stand-in: lazy, so that a buffer used too early shows.</summary>
[TestFixture]
internal sealed class DeviceTransferTests
{
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
        try
        {
            Assert.That(_standIn.Calls("pageable copy"), Is.Zero, "all copies are with pinned memory");
        }
        finally
        {
            _device.Dispose();
            _standIn.Dispose();
        }
    }

    [Test]
    public void What_is_uploaded_is_downloaded_and_padding_is_zero(
        [Values] TensorLayout layout, [Values(0, 1, 3, 7, 8, 31, 37)] int channels, [Values(0, 1, 5, 8)] int n)
    {
        var shape = new Shape(n, 3, 2, channels);
        var values = StandInDevice.Numbers(shape.Count);
        using var buffer = _device.Tensor(shape, layout, values);
        Assert.That(_device.Values(buffer, shape, layout), Is.EqualTo(values));
        var physical = _device.Physical(buffer, shape, layout);
        Assert.That(physical.Where(value => value != 0), Is.EqualTo(values), "in order, and everything else zero");
    }

    [Test]
    public void Transfers_larger_than_the_staging_pieces_arrive_whole()
    {
        var shape = new Shape(1, 1000, 300, 5);
        var values = StandInDevice.Numbers(shape.Count);
        using var buffer = _device.Tensor(shape, TensorLayout.Activation, values);
        Assert.That(_device.Values(buffer, shape, TensorLayout.Activation).AsSpan().SequenceEqual(values));

        var bytes = new byte[(2 * StagingRing.Piece) + 3];
        Random.Shared.NextBytes(bytes);
        using var raw = _device.Allocate(bytes.Length);
        _device.UploadBytes(bytes, raw.Address);
        var back = new byte[bytes.Length];
        _device.DownloadBytes(raw.Address, back);
        Assert.That(back.AsSpan().SequenceEqual(bytes));
    }

    [Test]
    public void Many_uploads_in_flight_do_not_disturb_each_other()
    {
        const int Count = 150;
        var sizes = Enumerable.Range(0, Count).Select(i => 1 + i * 977 % 60_000).ToArray();
        var buffers = sizes.Select(size => _device.Allocate(size)).ToArray();
        for (var i = 0; i < Count; i++)
        {
            _device.UploadBytes(Bytes(sizes[i], i), buffers[i].Address);
        }

        for (var i = 0; i < Count; i++)
        {
            var back = new byte[sizes[i]];
            _device.DownloadBytes(buffers[i].Address, back);
            Assert.That(back.AsSpan().SequenceEqual(Bytes(sizes[i], i)), $"upload {i}");
            buffers[i].Dispose();
        }

        Assert.That(_standIn.Calls("cuEventSynchronize"), Is.GreaterThan(0), "the ring was full at times");
    }

    [Test]
    public void Copies_clears_and_scalars_are_done_in_order()
    {
        var shape = new Shape(2, 1, 1, 9);
        using var a = _device.Tensor(shape, TensorLayout.Activation, StandInDevice.Numbers(shape.Count));
        using var b = _device.Allocate(a.Bytes);
        _device.Copy(a.Address, b.Address, a.Bytes);
        _device.Clear(a.Address, a.Bytes);
        _device.WriteScalar(a.Address, 2.5f);
        Assert.That(_device.Values(b, shape, TensorLayout.Activation), Is.EqualTo(StandInDevice.Numbers(shape.Count)));
        Assert.That(_device.Physical(a, Shape.Scalar, TensorLayout.Activation), Is.EqualTo(new[] { 2.5f, 0, 0, 0, 0, 0, 0, 0 }));
        _device.Copy(a.Address, b.Address, 0);
        _device.Clear(a.Address, 0);
        _device.UploadBytes([], a.Address);
        _device.DownloadBytes(a.Address, []);
    }

    [Test]
    public void Memory_starts_as_zeros_also_where_it_was_used_before()
    {
        using (var first = _device.Allocate(1000))
        {
            _device.UploadBytes(Bytes(1000, 1), first.Address);
        }

        using var second = _device.Allocate(1000);
        var back = new byte[1000];
        _device.DownloadBytes(second.Address, back);
        Assert.That(back, Is.All.Zero);
    }

    [Test]
    public void A_span_of_another_length_is_refused()
    {
        using var buffer = _device.Allocate(1000);
        var shape = new Shape(1, 1, 1, 5);
        Assert.That(() => _device.Upload(new float[4], shape, TensorLayout.Activation, buffer.Address), Throws.ArgumentException);
        Assert.That(() => _device.Download(buffer.Address, shape, TensorLayout.Activation, new float[6]), Throws.ArgumentException);
    }

    [Test]
    public void Warm_transfers_allocate_no_managed_memory()
    {
        var shape = new Shape(4, 3, 3, 7);
        var values = new float[shape.Count];
        using var buffer = _device.Tensor(shape, TensorLayout.Activation, values);
        void Transfer()
        {
            _device.Upload(values, shape, TensorLayout.Activation, buffer.Address);
            _device.WriteScalar(buffer.Address, 1);
            _device.Download(buffer.Address, shape, TensorLayout.Activation, values);
        }

        // Once round the ring: a first call of the driver may allocate.
        for (var i = 0; i < 100; i++)
        {
            Transfer();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Transfer();
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static byte[] Bytes(int count, int seed) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 31 + seed))];
}
