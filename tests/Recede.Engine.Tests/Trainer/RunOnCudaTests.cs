using System.Text.Json;
using Recede.Engine.Tests.Cuda;
using Recede.Engine.Tests.Data;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Trainer;

/// <summary><c>recede run --device cuda</c>, end to end: on the stand-in, which only tests can choose, or on a GPU.</summary>
[Category(CudaTestDevice.Category)]
internal sealed class RunOnCudaTests
{
    private const string CacheVariable = "RECEDE_CACHE";

    private readonly CudaTestDevice _cuda = new();
    private readonly string? _cacheBefore = Environment.GetEnvironmentVariable(CacheVariable);

    [TearDown]
    public void GiveBack()
    {
        Environment.SetEnvironmentVariable(CacheVariable, _cacheBefore);
        _cuda.Close();
    }

    [Test]
    public void It_trains_prunes_and_reports_as_on_the_CPU()
    {
        using var folder = new TemporaryFolder();
        using var taken = _cuda.Open();
        if (_cuda.StandIn is not null)
        {
            Environment.SetEnvironmentVariable(CacheVariable, StandInLibrary.KernelFolder(instrumented: false));
        }

        var cpu = Report(folder, "cpu");
        var cuda = Report(folder, "cuda");

        Assert.That(cuda.GetProperty("device").GetString(), Is.EqualTo("cuda"));
        foreach (var figure in (string[])["steps", "network", "seed", "epochs"])
        {
            Assert.That(cuda.GetProperty(figure).ToString(), Is.EqualTo(cpu.GetProperty(figure).ToString()), figure);
        }

        // Three steps: the devices' rounding has moved no importance across a threshold yet.
        for (var i = 0; i < 2; i++)
        {
            var (expected, actual) = (cpu.GetProperty("pruned")[i], cuda.GetProperty("pruned")[i]);
            Assert.That(actual.GetProperty("parameters").GetInt64(), Is.EqualTo(expected.GetProperty("parameters").GetInt64()));
            Assert.That(actual.GetProperty("physicalBytes").GetInt64(), Is.LessThan(cuda.GetProperty("unpruned").GetProperty("physicalBytes").GetInt64()));
        }

        if (_cuda.StandIn is { } standIn)
        {
            foreach (var kernel in (string[])["batch_norm_forward_f32", "batch_norm_backward_f32", "polarising_penalty_gradient", "sgd_update", "cudnn.backward_filter"])
            {
                Assert.That(standIn.Runs(kernel), Is.GreaterThan(0), kernel);
            }
        }
    }

    [Test]
    public void It_runs_in_the_precision_asked_for([Values("tf32", "bfloat16")] string precision)
    {
        using var folder = new TemporaryFolder();
        using var taken = _cuda.Open();
        if (_cuda.StandIn is not null)
        {
            Environment.SetEnvironmentVariable(CacheVariable, StandInLibrary.KernelFolder(instrumented: false));
        }

        string[] line =
        [
            "run", "--device", "cuda", "--precision", precision, "--train-images", "32", "--test-images", "16", "--epochs", "1",
            "--batch", "32", "--finetune-epochs", "0", "--latency-batch", "1", "--lambda", "0.1", "--ratios", "0.5", "--out", folder.Path,
        ];
        var run = ProgramRun.Of(line);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")));
        Assert.That(run.OutputLines[0], Does.Contain("CUDA GPU 0").And.EndWith(", " + precision));
        var report = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder.Path, "run.json"))).RootElement;
        Assert.That(report.GetProperty("precision").GetString(), Is.EqualTo(precision));
        Assert.That(report.GetProperty("unpruned").GetProperty("accuracy").ValueKind, Is.EqualTo(JsonValueKind.Number));
        if (_cuda.StandIn is { } standIn)
        {
            var suffix = precision == "bfloat16" ? "_bf16" : "_f32";
            foreach (var kernel in (string[])["images", "batch_norm_forward", "batch_norm_backward", "cross_entropy_gradient"])
            {
                Assert.That(standIn.Runs(kernel + suffix), Is.GreaterThan(0), kernel);
            }

            if (precision == "bfloat16")
            {
                Assert.That(BFloat16Runs.OfFloat32Activations(standIn, addsLosses: true), Is.Empty);
            }
        }
    }

    private static JsonElement Report(TemporaryFolder folder, string device)
    {
        var to = Path.Combine(folder.Path, device);
        var run = ProgramRun.Of([.. ProgramRun.TinyOn(device), "--out", to]);
        Assert.That(run.Error, Is.Empty);
        Assert.That(run.ExitCode, Is.Zero);
        return JsonDocument.Parse(File.ReadAllBytes(Path.Combine(to, "run.json"))).RootElement;
    }
}
