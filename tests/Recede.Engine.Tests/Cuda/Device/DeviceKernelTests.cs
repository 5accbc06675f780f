using Recede.Engine.Devices;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Tests.Data;

namespace Recede.Engine.Tests.Cuda.Device;

/// <summary>Compiling, keeping, checking and launching kernels, on the stand-in.</summary>
[TestFixture]
internal sealed class DeviceKernelTests
{
    private const int Count = 1000;

    [Test]
    public void A_kernel_of_a_programs_own_runs([Values] StandInOrder order)
    {
        using var standIn = StandIn.Take(new StandInSettings { Order = order });
        using var device = StandInDevice.Open();
        AssertScales(device);
        Assert.That(standIn.Runs("scale"), Is.EqualTo(1));
    }

    [Test]
    public void Kernels_of_one_text_are_compiled_once()
    {
        using var standIn = StandIn.Take();
        using var device = StandInDevice.Open();
        AssertScales(device);
        device.Launch(OwnKernels.Report, new LaunchGrid(1, 1, 1, 32, 1, 0), new OwnKernels.FaultArguments(device.FaultWord, 32));
        Assert.That(device.KernelLoads, Is.EqualTo((1, 0, 0)));
    }

    [Test]
    public void A_warm_launch_allocates_no_managed_memory()
    {
        using var standIn = StandIn.Take(new StandInSettings { Lazy = false, Instrumented = false });
        using var device = StandInDevice.Open();
        using var x = device.Allocate(Count * sizeof(float));
        var args = new OwnKernels.ScaleArguments(x.Address, x.Address, Count, 2);
        device.Launch(OwnKernels.Increment, LaunchGrid.Over(Count), args);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++)
        {
            device.Launch(OwnKernels.Increment, LaunchGrid.Over(Count), args);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Source_that_does_not_compile_is_an_error_with_file_and_log()
    {
        using var standIn = StandIn.Take();
        using var device = StandInDevice.Open();
        var broken = CudaKernel<int>.FromSource("broken", OwnKernels.Text + "\nint nonsense = undefined_name;\n");
        Assert.That(
            () => device.Launch(broken, LaunchGrid.Over(1), 1),
            Throws.InstanceOf<KernelCompilationException>().With.Message.Contains("own.cu").And.Message.Contains("undefined_name"));
        AssertScales(device);
    }

    [Test]
    public void A_launcher_that_passes_something_else_than_the_kernel_takes_is_refused()
    {
        using var standIn = StandIn.Take();
        using var device = StandInDevice.Open();
        var other = CudaKernel<long>.FromSource("scale", OwnKernels.Text);
        Assert.That(
            () => device.Launch(other, LaunchGrid.Over(1), 1L),
            Throws.InstanceOf<KernelCompilationException>().With.Message.Contains("scale takes one of 24 bytes").And.Message.Contains("8 bytes"));
        var missing = CudaKernel<int>.FromSource("absent", OwnKernels.Text);
        Assert.That(
            () => device.Launch(missing, LaunchGrid.Over(1), 1),
            Throws.InstanceOf<KernelCompilationException>().With.Message.Contains("no kernel absent"));
    }

    [Test]
    public void A_grid_that_no_gpu_runs_is_refused_by_name()
    {
        using var standIn = StandIn.Take();
        using var device = StandInDevice.Open();
        using var x = device.Allocate(64);
        var args = new OwnKernels.ScaleArguments(x.Address, x.Address, 0, 1);
        foreach (var grid in new[] { new LaunchGrid(0, 1, 1, 32, 1, 0), new LaunchGrid(1, 1, 1, 2048, 1, 0), new LaunchGrid(1, 70_000, 1, 32, 1, 0) })
        {
            Assert.That(() => device.Launch(OwnKernels.Scale, grid, args), Throws.ArgumentException.With.Message.Contains("scale"), $"{grid}");
        }

        Assert.That(
            () => device.Launch(OwnKernels.Scale, new LaunchGrid(1, 1, 1, 32, 1, 1 << 20), args),
            Throws.ArgumentException.With.Message.Contains("1048576 bytes of shared memory"));
        AssertScales(device);
    }

    [Test]
    public void More_shared_memory_than_usual_is_asked_for()
    {
        using var standIn = StandIn.Take();
        using var device = StandInDevice.Open();
        const int Long = 15_000;
        var shape = Shape.Vector(Long);
        var values = StandInDevice.Numbers(Long);
        using var x = device.Tensor(shape, TensorLayout.Activation, values);
        using var y = device.Allocate(x.Bytes);
        var args = new OwnKernels.ScaleArguments(x.Address, y.Address, Long, 0);
        device.Launch(OwnKernels.Reverse, new LaunchGrid(1, 1, 1, 256, 1, Long * sizeof(float)), args);
        Assert.That(device.Values(y, shape, TensorLayout.Activation), Is.EqualTo(values.Reverse()));
    }

    [Test]
    public void An_older_compiler_makes_code_that_a_newer_gpu_finishes()
    {
        using var standIn = StandIn.Take(new StandInSettings { ComputeCapability = (12, 1) });
        using var device = StandInDevice.Open();
        AssertScales(device);
        Assert.That(standIn.Calls("nvrtcGetPTX"), Is.EqualTo(1));
        Assert.That(standIn.Calls("nvrtcGetCUBIN"), Is.Zero);
    }

    [Test]
    public void Compiled_kernels_are_kept_on_disk()
    {
        using var standIn = StandIn.Take();
        using var folder = new TemporaryFolder();
        var options = new CudaOptions { CacheFolder = folder.Path };
        Assert.That(LoadsOf(options), Is.EqualTo((1, 0, 0)));
        Assert.That(LoadsOf(options), Is.EqualTo((0, 1, 0)));
        Assert.That(standIn.Calls("nvrtcCompileProgram"), Is.EqualTo(1));
    }

    [Test]
    public void Another_gpu_or_driver_is_another_entry()
    {
        using var folder = new TemporaryFolder();
        var options = new CudaOptions { CacheFolder = folder.Path };
        foreach (var settings in new[]
            {
                new StandInSettings(), new StandInSettings { ComputeCapability = (9, 0) }, new StandInSettings { DriverVersion = 12060 },
            })
        {
            using var standIn = StandIn.Take(settings);
            Assert.That(LoadsOf(options), Is.EqualTo((1, 0, 0)));
        }
    }

    [Test]
    public void An_entry_that_is_not_what_the_source_says_is_compiled_over([Values("damaged", "not an image", "another source")] string what)
    {
        using var standIn = StandIn.Take();
        using var folder = new TemporaryFolder();
        var options = new CudaOptions { CacheFolder = folder.Path };
        LoadsOf(options);
        var path = Directory.GetFiles(Path.Combine(folder.Path, "kernels")).Single();
        var key = Convert.FromHexString(Path.GetFileNameWithoutExtension(path));
        var cache = new KernelCache(Path.Combine(folder.Path, "kernels"));
        switch (what)
        {
            case "damaged":
                var bytes = File.ReadAllBytes(path);
                bytes[^1] ^= 1;
                File.WriteAllBytes(path, bytes);
                break;
            case "not an image":
                // Key and checksum are right: only the driver can tell.
                cache.Write(key, new byte[500]);
                break;
            default:
                using (var device = StandInDevice.Open(options))
                {
                    const string Other = "#include \"common.cuh\"\nextern \"C\" __global__ void other(const int) {}\nRECEDE_KERNEL(other)";
                    device.Launch(CudaKernel<int>.FromSource("other", Other), LaunchGrid.Over(1), 1);
                }

                var foreign = Directory.GetFiles(Path.Combine(folder.Path, "kernels")).Single(file => file != path);
                cache.Write(key, File.ReadAllBytes(foreign).AsSpan(KernelCache.HeaderBytes));
                break;
        }

        Assert.That(LoadsOf(options).Compiled, Is.EqualTo(1));
        Assert.That(LoadsOf(options), Is.EqualTo((0, 1, 0)), "the entry is right again");
    }

    [Test]
    public void A_fault_that_a_kernel_reports_is_told_at_the_next_wait_and_then_forgotten()
    {
        using var standIn = StandIn.Take();
        using var device = StandInDevice.Open();
        using var x = device.Allocate(64);
        var grid = new LaunchGrid(1, 1, 1, 64, 1, 0);
        Action[] waits =
        [
            device.Synchronize,
            () => device.DownloadBytes(x.Address, new byte[4]),
            () => device.Download(x.Address, Shape.Scalar, TensorLayout.Activation, new float[1]),
            () => device.IsFinite(x.Address, 8),
        ];
        foreach (var wait in waits)
        {
            device.Launch(OwnKernels.Report, grid, new OwnKernels.FaultArguments(device.FaultWord, 7));
            Assert.That(() => wait(), Throws.ArgumentException.With.Message.Contains("row 7 is 107"));
            Assert.That(() => wait(), Throws.Nothing);
        }
    }

    [Test]
    public void Values_that_are_not_finite_are_found_wherever_they_are(
        [Values(1, 3, 4, 8, 257, 1029)] int count, [Values(float.NaN, float.PositiveInfinity, float.NegativeInfinity)] float bad)
    {
        using var standIn = StandIn.Take();
        using var device = StandInDevice.Open();
        var values = StandInDevice.Numbers(count);
        var shape = new Shape(count, 1, 1, 1);
        using var x = device.Tensor(shape, TensorLayout.Dense, values);
        Assert.That(device.IsFinite(x.Address, count));
        Assert.That(device.IsFinite(x.Address, 0));
        foreach (var at in new[] { 0, count / 2, count - 1 })
        {
            var spoilt = (float[])values.Clone();
            spoilt[at] = bad;
            device.Upload(spoilt, shape, TensorLayout.Dense, x.Address);
            Assert.That(device.IsFinite(x.Address, count), Is.False, $"at {at}");
            Assert.That(device.IsFinite(x.Address, at), "only what is asked about counts");
        }
    }

    [TestCase(new int[0], new int[0])]
    [TestCase(new[] { 0, 2, 10 }, new int[0])]
    [TestCase(new int[0], new[] { 1, 3, 4, 5, 6, 7, 8, 9, 12 })]
    [TestCase(new[] { 4 }, new[] { 12 })]
    [TestCase(new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8 }, new[] { 0, 12 })]
    public void A_gather_of_a_filter_is_the_cpus(int[] outs, int[] ins)
    {
        using var standIn = StandIn.Take();
        using var cuda = StandInDevice.Open();
        using var cpu = Engine.Devices.Device.Cpu(1);
        var shape = new Shape(11, 3, 2, 13);
        var to = new Shape(outs.Length == 0 ? 11 : outs.Length, 3, 2, ins.Length == 0 ? 13 : ins.Length);
        AssertGathers(cuda, cpu, shape, to, TensorLayout.Filter, outs, ins);
    }

    [TestCase(new int[0])]
    [TestCase(new[] { 36 })]
    [TestCase(new[] { 0, 1, 2, 3, 4, 5, 6, 7, 20 })]
    public void A_gather_of_a_vector_is_the_cpus(int[] kept)
    {
        using var standIn = StandIn.Take();
        using var cuda = StandInDevice.Open();
        using var cpu = Engine.Devices.Device.Cpu(1);
        AssertGathers(
            cuda, cpu, Shape.Vector(37), Shape.Vector(kept.Length == 0 ? 37 : kept.Length), TensorLayout.Activation, kept, []);
    }

    private static void AssertGathers(CudaDevice cuda, Engine.Devices.Cpu.CpuDevice cpu, Shape shape, Shape to, TensorLayout layout, int[] outs, int[] ins)
    {
        var values = StandInDevice.Numbers(shape.Count);
        using var x = cuda.Tensor(shape, layout, values);
        using var y = cuda.Tensor(to, layout, Enumerable.Repeat(float.NaN, (int)to.Count).ToArray());
        cuda.GatherChannels(x.Address, shape, layout, outs, ins, y.Address);
        using var expected = cpu.Allocate(cpu.PhysicalBytes(to, layout, ElementType.Float32));
        using var source = cpu.Allocate(cpu.PhysicalBytes(shape, layout, ElementType.Float32));
        cpu.Upload(values, shape, layout, source.Address);
        cpu.GatherChannels(source.Address, shape, layout, outs, ins, expected.Address);
        var wanted = new float[to.Count];
        cpu.Download(expected.Address, to, layout, wanted);
        Assert.That(cuda.Values(y, to, layout), Is.EqualTo(wanted));
        Assert.That(cuda.Physical(y, to, layout).Count(value => value != 0), Is.EqualTo(to.Count), "padding is zero");
    }

    private static void AssertScales(CudaDevice device)
    {
        var shape = Shape.Vector(Count);
        var values = StandInDevice.Numbers(Count);
        using var x = device.Tensor(shape, TensorLayout.Activation, values);
        using var y = device.Allocate(x.Bytes);
        device.Launch(OwnKernels.Scale, LaunchGrid.Over(Count), new OwnKernels.ScaleArguments(x.Address, y.Address, Count, 3));
        Assert.That(device.Values(y, shape, TensorLayout.Activation), Is.EqualTo(values.Select(value => 3 * value)));
    }

    private static (int Compiled, int Cached, int Precompiled) LoadsOf(CudaOptions options)
    {
        using var device = StandInDevice.Open(options);
        AssertScales(device);
        return device.KernelLoads;
    }
}
