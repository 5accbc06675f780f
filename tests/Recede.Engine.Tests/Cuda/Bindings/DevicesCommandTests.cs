using Recede.Engine.Devices;
using Recede.Trainer;

namespace Recede.Engine.Tests.Cuda.Bindings;

/// <summary>What <c>recede devices</c> tells, and that a run that does not ask for CUDA loads nothing of it.</summary>
public sealed class DevicesCommandTests
{
    [Test]
    public void Gpus_are_listed_with_memory_and_compute_capability()
    {
        var inventory = new CudaInventory(
            [new("driver", "13.0", "/lib/libcuda.so.580", "the loader's path"), new("cuDNN", "9.13.0", "/v/libcudnn.so.9", "CUDA_PATH")],
            [
                new(0, "NVIDIA H200", 141L << 30, 9, 0, 132),
                new(1, "NVIDIA GeForce RTX 2080", 8L << 30, 7, 5, 46),
                new(2, "NVIDIA GeForce GTX 1080", 8L << 30, 6, 1, 20),
            ],
            []);

        Assert.That(Print(inventory), Is.EqualTo("""
            cpu    CPU, Vector512, 2 threads
            cuda:0 NVIDIA H200, 141.0 GiB, compute capability 9.0, 132 multiprocessors
            cuda:1 NVIDIA GeForce RTX 2080, 8.0 GiB, compute capability 7.5, 46 multiprocessors (no bfloat16)
            cuda:2 NVIDIA GeForce GTX 1080, 8.0 GiB, compute capability 6.1, 20 multiprocessors (too old)

            CUDA can run here.
              driver serves CUDA 13.0, /lib/libcuda.so.580 (the loader's path)
              cuDNN  9.13.0, /v/libcudnn.so.9 (CUDA_PATH)

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void What_is_missing_is_listed()
    {
        var inventory = new CudaInventory([new("driver", null, null, null)], [], ["there is no driver: install it"]);

        Assert.That(Print(inventory), Is.EqualTo("""
            cpu    CPU, Vector512, 2 threads

            CUDA cannot run here.
              driver not found

            What is missing
              - there is no driver: install it

            """.ReplaceLineEndings("\n")));
    }

    [Test]
    [Platform("Linux")]
    public void The_command_works_without_a_GPU_and_looks_for_the_driver()
    {
        var (exitCode, output, loads) = Start("devices");

        Assert.That(exitCode, Is.Zero);
        Assert.That(output, Does.StartWith("cpu    CPU, ").And.Contain("CUDA can"));
        Assert.That(loads, Does.Contain("libcuda.so.1"));
    }

    [Test]
    [Platform("Linux")]
    public void Nothing_of_CUDA_is_looked_for_where_the_CPU_was_asked_for()
    {
        var (exitCode, _, loads) = Start([.. Trainer.ProgramRun.Tiny, "--quiet"]);

        Assert.That(exitCode, Is.Zero);
        Assert.That(loads, Does.Contain("libc.so.6"));
        foreach (var name in (string[])["libcuda", "nvrtc", "cublas", "cudnn"])
        {
            Assert.That(loads, Does.Not.Contain(name));
        }
    }

    private static string Print(CudaInventory inventory)
    {
        using var output = new StringWriter { NewLine = "\n" };
        DevicesCommand.Write(output, "CPU, Vector512, 2 threads", inventory);
        return output.ToString();
    }

    // The system's loader writes down what it looks for.
    private static (int ExitCode, string Output, string Loads) Start(params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("recede-loads");
        try
        {
            var run = Trainer.ProgramRun.InProcess(arguments, new Dictionary<string, string>
            {
                ["LD_DEBUG"] = "libs",
                ["LD_DEBUG_OUTPUT"] = Path.Combine(folder.FullName, "loads"),
            });
            var loads = string.Concat(folder.EnumerateFiles().Select(file => File.ReadAllText(file.FullName)));
            return (run.ExitCode, run.Output + run.Error, loads);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
