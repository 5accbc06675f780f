using System.Text.Json;
using Recede.Bench;
using Recede.Bench.Gpu.Report;
using Recede.Engine.Tests.Data;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda;

/// <summary>
/// The commands that bench/gpu runs on a GPU, tried at tiny sizes on the stand-in, or on a GPU. Their times mean nothing here.
/// </summary>
[Category(CudaTestDevice.Category)]
internal sealed class GpuBenchTests
{
    private const string CacheVariable = "RECEDE_CACHE";

    private readonly CudaTestDevice _cuda = new();
    private readonly string? _cacheBefore = Environment.GetEnvironmentVariable(CacheVariable);
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void TakeDevice()
    {
        _folder = new TemporaryFolder();
        using var taken = _cuda.Open();
        if (_cuda.StandIn is not null)
        {
            Environment.SetEnvironmentVariable(CacheVariable, StandInLibrary.KernelFolder(instrumented: false));
        }
    }

    [TearDown]
    public void GiveBack()
    {
        Environment.SetEnvironmentVariable(CacheVariable, _cacheBefore);
        _folder.Dispose();
        _cuda.Close();
    }

    [Test]
    public void The_check_finds_every_entry_point_kernel_and_plan()
    {
        var result = Run("gpu-check", "--kernels", "elementwise.cu", "penalty.cu", "--case", "tiny_bs2", "--pruned", "0", "--precision", "float32", "bfloat16");
        var libraries = Rows(result, "Entry points");
        Assert.That(libraries.Select(row => row.GetProperty("library").GetString()), Is.EqualTo(new[] { "cuda", "nvrtc", "cublas", "cudnn" }));
        Assert.That(libraries.Sum(row => row.GetProperty("missing").GetInt32()), Is.Zero);
        var kernels = Rows(result, "Kernels").Select(row => row.GetProperty("kernel").GetString()).ToArray();
        Assert.That(kernels, Is.SupersetOf(new[] { "relu_forward_f32", "add_backward_b_bf16", "l1_penalty_gradient" }));
        var plans = Rows(result, "Convolution plans");

        // Nine convolutions, two of them alike, three passes, but no gradient of images.
        Assert.That(plans.Count(row => row.GetProperty("precision").GetString() == "bfloat16"), Is.EqualTo((8 * 3) - 1));
        Assert.That(plans.Select(row => row.GetProperty("how").GetString()), Has.None.EqualTo("none"));
        Assert.That(plans.Select(row => row.GetProperty("engine").GetInt64()), Has.All.GreaterThan(0));
    }

    [Test]
    public void The_kernels_command_times_every_op_beside_a_copy()
    {
        var result = Run(
            "gpu-kernels", "--mib", "0.0625", "--channels", "16", "--rounds", "1", "--busy-mib", "1", "--rotation-mib", "0", "--precision", "float32", "bfloat16");
        Assert.That(Rows(result, "Copies within the GPU's memory"), Has.Count.EqualTo(2));
        var ops = Rows(result, "Kernels");
        string[] activations =
        [
            "bounded norm + ReLU, C 16", "bounded norm + add + ReLU, C 16", "bounded norm + ReLU, own moments, C 16",
            "bounded norm + ReLU, backward, C 16", "bounded norm + add + ReLU, backward, C 16",
            "ReLU", "ReLU, backward", "add", "add, backward",
            "cross-entropy, 1000 classes", "cross-entropy, 1000 classes, backward", "augmentation, 32x32",
        ];
        string[] parameters = ["SGD, momentum", "channel gather", "polarising penalty, 64 vectors", "polarising penalty, 64 vectors, backward"];
        Assert.That(Ops("float32"), Is.EqualTo(activations.Concat(parameters)));
        Assert.That(Ops("bfloat16"), Is.EqualTo(activations));
        Assert.That(ops.Select(row => row.GetProperty("measured ms").GetDouble()), Has.All.GreaterThan(0));

        IEnumerable<string?> Ops(string type) =>
            ops.Where(row => row.GetProperty("type").GetString() == type).Select(row => row.GetProperty("op").GetString());
    }

    [Test]
    public void The_steps_command_times_training_and_inference()
    {
        var result = Run(
            "gpu-steps", "--case", "tiny_bs2", "--precision", "float32", "--rounds", "1", "--seconds", "0", "--loop-steps", "6", "--pruned", "0.5", "--heuristic");
        var training = Rows(result, "Training steps");
        Assert.That(training, Has.Count.EqualTo(1));
        Assert.That(training[0].GetProperty("Recede ms").GetDouble(), Is.GreaterThan(0));
        Assert.That(training[0].GetProperty("Recede loop ms").GetDouble(), Is.GreaterThan(0));
        Assert.That(Rows(result, "Inference").Select(row => row.GetProperty("pruned").GetDouble()), Is.EqualTo(new[] { 0, 0.5 }));
    }

    private static IReadOnlyList<JsonElement> Rows(JsonElement result, string table) => [.. result.GetProperty("tables").EnumerateArray()
        .Single(one => one.GetProperty("title").GetString() == table).GetProperty("rows").EnumerateArray()];

    // Runs a command, which must fail nowhere, and sees that its result makes a page.
    private JsonElement Run(params string[] args)
    {
        var path = Path.Combine(_folder.Path, "result.json");
        Assert.That(Commands.Run(Commands.Root(), [.. args, "--json", path]), Is.Zero, string.Join(' ', args));
        var result = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
        Assert.That(result.GetProperty("failures").GetArrayLength(), Is.Zero);
        Assert.That(GpuTableCommand.Page(_folder.Path), Does.Contain("## result\n\n0 failures"));
        return result;
    }
}
