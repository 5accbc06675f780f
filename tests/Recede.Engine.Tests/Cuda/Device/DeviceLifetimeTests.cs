using Recede.Cuda;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;

namespace Recede.Engine.Tests.Cuda.Device;

/// <summary>What a device holds, what it gives back, and what it does when a call fails.</summary>
[TestFixture]
internal sealed class DeviceLifetimeTests
{
    private static readonly Shape Shape = new(3, 2, 2, 5);

    [Test]
    public void A_disposed_device_leaves_nothing_behind()
    {
        using var standIn = StandIn.Take();
        var device = StandInDevice.Open();
        var forgotten = device.Allocate(100);
        var large = device.Allocate(20 << 20);
        UseAll(device);
        device.Dispose();
        AssertNothingLives(standIn);

        // Their memory is gone, but their owners need not know.
        Assert.That(forgotten.Dispose, Throws.Nothing);
        Assert.That(large.Dispose, Throws.Nothing);
        Assert.That(device.Dispose, Throws.Nothing);
    }

    [Test]
    public void A_disposed_device_refuses_everything()
    {
        using var standIn = StandIn.Take();
        var device = StandInDevice.Open();
        device.Dispose();
        Assert.Multiple(() =>
        {
            Assert.That(() => device.Allocate(1), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => device.Upload([1], Shape.Scalar, TensorLayout.Activation, 4096), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => device.DownloadBytes(4096, new byte[1]), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(device.Synchronize, Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(() => device.Launch(OwnKernels.Scale, LaunchGrid.Over(1), default), Throws.InstanceOf<ObjectDisposedException>());
            Assert.That(device.BeginCapture, Throws.InstanceOf<ObjectDisposedException>());
        });
    }

    [Test]
    public void Two_devices_on_one_gpu_do_not_disturb_each_other()
    {
        using var standIn = StandIn.Take();
        using var a = StandInDevice.Open();
        var values = StandInDevice.Numbers(Shape.Count);
        using var buffer = a.Tensor(Shape, TensorLayout.Activation, values);
        using (var b = StandInDevice.Open())
        {
            UseAll(b);
        }

        Assert.That(a.Values(buffer, Shape, TensorLayout.Activation), Is.EqualTo(values));
    }

    [Test]
    public void Threads_share_a_device()
    {
        using var standIn = StandIn.Take();
        using var device = StandInDevice.Open();
        UseAll(device);
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 5; i++)
            {
                UseAll(device);
            }
        });
        Assert.That(device.LiveBytes, Is.Zero);
    }

    [Test]
    public void The_device_tells_what_it_is()
    {
        using var standIn = StandIn.Take(new StandInSettings { ComputeCapability = (9, 0) });
        using var device = StandInDevice.Open();
        Assert.That(device.Description, Does.Contain("compute capability 9.0").And.Contain("4 GiB").And.Contain("CUDA 12.8"));
        Assert.That(device.ComputeCapability, Is.EqualTo(90));
        Assert.That(device.Name, Is.EqualTo("cuda"));
    }

    [Test]
    public void A_gpu_that_is_not_there_or_too_old_is_an_error_that_says_so()
    {
        using (StandIn.Take(new StandInSettings { Devices = 2 }))
        {
            Assert.That(() => StandInDevice.Open(ordinal: 2), Throws.InstanceOf<DeviceUnavailableException>().With.Message.Contains("sees 2"));
            StandInDevice.Open(ordinal: 1).Dispose();
        }

        using (StandIn.Take(new StandInSettings { Devices = 0 }))
        {
            Assert.That(() => StandInDevice.Open(), Throws.InstanceOf<DeviceUnavailableException>().With.Message.Contains("sees no GPU"));
        }

        using (StandIn.Take(new StandInSettings { ComputeCapability = (6, 1) }))
        {
            Assert.That(() => StandInDevice.Open(), Throws.InstanceOf<DeviceUnavailableException>().With.Message.Contains("6.1"));
        }
    }

    [Test]
    public void Trimming_gives_free_memory_back_to_the_gpu()
    {
        using var standIn = StandIn.Take();
        using var device = StandInDevice.Open();
        var held = device.HeldBytes;
        var buffers = Enumerable.Range(0, 30).Select(_ => device.Allocate(2 << 20)).ToList();
        Assert.That(device.LiveBytes, Is.EqualTo(60L << 20));
        Assert.That(device.HeldBytes, Is.GreaterThanOrEqualTo(60L << 20));
        buffers.ForEach(buffer => buffer.Dispose());
        Assert.That(device.LiveBytes, Is.Zero);
        Assert.That(device.Trim(), Is.GreaterThan(0));
        Assert.That(device.HeldBytes, Is.EqualTo(held));
    }

    [Test]
    public void Out_of_memory_names_owners_and_leaves_the_device_usable()
    {
        using var standIn = StandIn.Take(new StandInSettings { MemoryBytes = 64 << 20 });
        using var device = StandInDevice.Open();
        using var held = device.Allocate(30 << 20, "layer1.conv.weight");
        Assert.That(
            () => device.Allocate(40 << 20, "step arena"),
            Throws.InstanceOf<DeviceOutOfMemoryException>()
                .With.Message.Contains("step arena asked for 40 MiB")
                .And.Message.Contains("layer1.conv.weight 30 MiB")
                .And.Message.Contains("of 64 MiB"));
        UseAll(device);
    }

    [Test]
    public void Out_of_memory_at_any_allocation_leaves_the_device_usable([Range(1, 6)] int nth)
    {
        using var standIn = StandIn.Take();
        using var device = StandInDevice.Open();
        standIn.FailAllocation(nth, times: 0);
        var buffers = new List<DeviceBuffer>();
        var failures = 0;
        for (var i = 0; i < 8; i++)
        {
            try
            {
                buffers.Add(device.Allocate((5 + i) << 20));
            }
            catch (DeviceOutOfMemoryException)
            {
                failures++;
            }
        }

        Assert.That(failures, Is.EqualTo(9 - nth));
        standIn.FailAllocation(0);
        UseAll(device);
        buffers.ForEach(buffer => buffer.Dispose());
        Assert.That(device.LiveBytes, Is.Zero);
    }

    /// <summary>One call after the other fails, of any library, from opening a device to disposing it.</summary>
    [Test]
    public void A_failing_call_anywhere_is_an_error_that_names_it_and_no_harm_beyond()
    {
        using var standIn = StandIn.Take(new StandInSettings { Instrumented = false });
        var nth = 0;
        var met = 0;
        do
        {
            nth++;
            standIn.FailCall(nth);
            CudaDevice? device = null;
            try
            {
                device = StandInDevice.Open();
                UseAll(device);
            }
            catch (Exception e) when (e is CudaException or DeviceUnavailableException or DeviceOutOfMemoryException)
            {
                met++;
                Assert.That(e.Message, Does.Contain(standIn.FailedCall), e.ToString());
            }

            Assert.That(() => device?.Dispose(), Throws.Nothing, standIn.FailedCall);
            if (standIn.FailedCall.Length > 0 && !IsRelease(standIn.FailedCall))
            {
                AssertNothingLives(standIn);
            }
        }
        while (standIn.FailedCall.Length > 0);

        Assert.That(met, Is.GreaterThan(50));
    }

    // Everything that a device does, once.
    private static void UseAll(CudaDevice device)
    {
        var values = StandInDevice.Numbers(Shape.Count);
        using var x = device.Tensor(Shape, TensorLayout.Activation, values);
        using var y = device.Allocate(x.Bytes);
        var args = new OwnKernels.ScaleArguments(x.Address, y.Address, (int)(x.Bytes / sizeof(float)), 2);
        device.Launch(OwnKernels.Scale, LaunchGrid.Over(args.Count), args);
        device.Launch(OwnKernels.Increment, LaunchGrid.Over(args.Count), args);
        using (var capture = device.BeginCapture())
        {
            device.Launch(OwnKernels.Increment, LaunchGrid.Over(args.Count), args);
            using var graph = capture.End();
            graph.Launch();
        }

        Assert.That(device.IsFinite(y.Address, args.Count));
        Assert.That(device.Values(y, Shape, TensorLayout.Activation), Is.EqualTo(values.Select(value => 2 * value + 4)));
        using var z = device.Allocate(x.Bytes);
        device.GatherChannels(x.Address, Shape.Vector(5), TensorLayout.Activation, [1, 4], [], z.Address);
        device.WriteScalar(y.Address, 3);
        device.Copy(x.Address, y.Address, x.Bytes);
        device.Synchronize();
        device.Trim();
    }

    private static bool IsRelease(string call) =>
        call.Contains("Free", StringComparison.Ordinal) || call.Contains("Destroy", StringComparison.Ordinal)
        || call.Contains("Unload", StringComparison.Ordinal) || call.Contains("Release", StringComparison.Ordinal);

    private static void AssertNothingLives(StandIn standIn)
    {
        foreach (var kind in Enum.GetValues<StandInObject>())
        {
            Assert.That(standIn.Live(kind), Is.Zero, $"{kind} {standIn.FailedCall}");
        }
    }
}
