using System.CommandLine;
using Recede.Engine.Devices;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Tests.Cuda;
using Recede.Engine.Tests.Support;
using Recede.Trainer;
using Recede.Trainer.Options;

namespace Recede.Engine.Tests.Trainer;

/// <summary><c>--device auto</c>: which device it takes, and that it says why.</summary>
internal sealed class DeviceChoiceTests
{
    private static readonly CudaGpuInfo Old = new(0, "NVIDIA GeForce GTX 1080", 8L << 30, 6, 1, 20);
    private static readonly CudaGpuInfo New = new(1, "NVIDIA H200", 141L << 30, 9, 0, 132);

    [TestCase(
        "the NVIDIA driver (libcuda.so.1) was not found: install NVIDIA's driver",
        "auto: CPU, since the NVIDIA driver (libcuda.so.1) was not found")]
    [TestCase(
        "/lib/libcudnn.so.9 cannot be loaded (libcublas.so.12: no such file): install nvidia-cudnn-cu12",
        "auto: CPU, since /lib/libcudnn.so.9 cannot be loaded (libcublas.so.12: no such file)")]
    [TestCase("cuInit failed with CUDA_ERROR_NO_DEVICE (100): the driver sees no GPU", "auto: CPU, since cuInit failed with CUDA_ERROR_NO_DEVICE (100)")]
    [TestCase("it is broken", "auto: CPU, since it is broken")]
    public void What_is_missing_is_the_reason_for_the_CPU(string problem, string reason) =>
        Assert.That(DeviceChoice.Decide(new CudaInventory([], [New], [problem, "more"])), Is.EqualTo(((int?)null, reason)));

    [Test]
    public void The_first_GPU_that_is_new_enough_is_taken() => Assert.That(
        DeviceChoice.Decide(new CudaInventory([], [Old, New], [])),
        Is.EqualTo(((int?)1, "auto: CUDA GPU 1, since it and CUDA's libraries are there")));

    [Test]
    public void Who_names_the_CPU_gets_it_without_a_reason()
    {
        var choice = DeviceChoice.Open(DeviceChoice.Cpu, 1);
        using var device = choice.Device;
        Assert.That((choice.Device is CpuDevice, choice.Reason), Is.EqualTo((true, (string?)null)));
    }

    [Test]
    public void Winograd_is_off_for_who_says_so()
    {
        var line = new MachineOptions();
        var command = new Command("try");
        foreach (var option in line.All)
        {
            command.Options.Add(option);
        }

        foreach (var (arguments, expected) in new[] { ("--device cpu --winograd off", false), ("--device cpu", true) })
        {
            using var device = line.Resolve(command.Parse(arguments)).Open().Device;
            Assert.That(((CpuDevice)device).Options.AllowWinograd, Is.EqualTo(expected), arguments);
        }
    }

    [Test]
    [Category(CudaTestDevice.Category)]
    public void A_GPU_that_works_is_chosen_and_one_that_cannot_be_opened_is_not()
    {
        using var standIn = StandIn.Take(new StandInSettings { Instrumented = false });
        var choice = DeviceChoice.Open(DeviceChoice.Auto, 1);
        using (choice.Device)
        {
            Assert.That(choice.Device, Is.InstanceOf<CudaDevice>());
            Assert.That(choice.Reason, Is.EqualTo("auto: CUDA GPU 0, since it and CUDA's libraries are there"));
        }

        standIn.FailCall(1, "cuStreamCreate");
        choice = DeviceChoice.Open(DeviceChoice.Auto, 1);
        using (choice.Device)
        {
            Assert.That(choice.Device, Is.InstanceOf<CpuDevice>());
            Assert.That(choice.Reason, Does.StartWith("auto: CPU, since cuStreamCreate failed with "));
        }
    }

    [Test]
    [Category(CudaTestDevice.Category)]
    public void A_run_says_in_its_header_that_it_took_the_GPU()
    {
        using var standIn = StandIn.Take(new StandInSettings { Instrumented = false });
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();

        // It ends before its first step: the header is all that is wanted here.
        var run = ProgramRun.Of(ProgramRun.TinyOn(DeviceChoice.Auto), cancellation.Token);
        Assert.That(run.OutputLines[0], Does.Contain("CUDA GPU 0: "));
        Assert.That(run.OutputLines[1], Is.EqualTo("device    auto: CUDA GPU 0, since it and CUDA's libraries are there"));
    }

    [Test]
    [Category(CudaTestDevice.Category)]
    public void What_only_a_GPU_has_is_refused_where_the_choice_falls_on_the_CPU()
    {
        StandIn.Take().Dispose();
        var run = ProgramRun.Of(ProgramRun.TinyOn(DeviceChoice.Auto).Append("--precision").Append("bfloat16").ToArray());
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("--precision bfloat16: the CPU computes in float32; --device auto: CPU, since cuInit failed"));
    }

    [Test]
    [Category(CudaTestDevice.Category)]
    public void A_GPU_without_bfloat16_is_told_to_who_asks_for_it([Values(DeviceChoice.Auto, DeviceChoice.Cuda)] string device)
    {
        using var standIn = StandIn.Take(new StandInSettings { Instrumented = false, ComputeCapability = (7, 5) });
        var run = ProgramRun.Of(ProgramRun.TinyOn(device).Append("--precision").Append("bfloat16").ToArray());
        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("bfloat16 activations need a GPU of compute capability 8.0 or more"));
    }

    [Test]
    [Category(CudaTestDevice.Category)]
    public void A_stand_in_that_no_test_holds_is_no_GPU()
    {
        StandIn.Take().Dispose();
        var choice = DeviceChoice.Open(DeviceChoice.Auto, 1);
        using var device = choice.Device;
        Assert.That(choice.Device, Is.InstanceOf<CpuDevice>());
        Assert.That(choice.Reason, Does.Contain("CUDA_ERROR_NO_DEVICE"));
    }
}
