using System.Globalization;
using System.Text.Json;
using Recede.Engine.Devices.Cpu;
using Recede.Engine.Tests.Data;

namespace Recede.Engine.Tests.Trainer;

/// <summary><c>recede run</c>, end to end on a few of the embedded images.</summary>
public sealed class RunCommandTests
{
    // Where there is a GPU, the driver then shows none.
    private static readonly Dictionary<string, string> NoGpu = new() { ["CUDA_VISIBLE_DEVICES"] = "" };

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase("bounded", "Importances after epoch 1")]
    [TestCase("l1", "Scales |gamma| after epoch 1")]
    [TestCase("random", "Importances after epoch 1")]
    public void A_run_writes_its_report(string method, string histogram)
    {
        var folder = Path.Combine(_folder.Path, "a", "b");
        var run = ProgramRun.Of([.. ProgramRun.Tiny, "--method", method, "--out", folder, "--seed", "3"]);

        Assert.That(run.Error, Is.Empty);
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Does.Contain(histogram));
        Assert.That(Path.Combine(folder, "run.json"), Does.Exist);
        Assert.That(File.ReadAllText(Path.Combine(folder, "report.html")), Does.Contain($"Method {method}, seed 3"));
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "run.json")));
        var root = json.RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(root.GetProperty("device").GetString(), Is.EqualTo("cpu"));
            Assert.That(root.GetProperty("threads").GetInt32(), Is.EqualTo(1));
            Assert.That(root.GetProperty("simd").GetString(), Is.EqualTo(Simd.Level.ToString()));
            Assert.That(root.GetProperty("dataset").GetProperty("name").GetString(), Is.EqualTo("fashion-mnist-subset"));
            Assert.That(root.GetProperty("dataset").GetProperty("train").GetInt32(), Is.EqualTo(96));
            Assert.That(root.GetProperty("dataset").GetProperty("test").GetInt32(), Is.EqualTo(48));
            Assert.That(root.GetProperty("network").GetString(), Is.EqualTo("vgg-small"));
            Assert.That(root.GetProperty("method").GetString(), Is.EqualTo(method));
            Assert.That(root.GetProperty("seed").GetInt32(), Is.EqualTo(3));
            Assert.That(root.GetProperty("epochs").GetInt32(), Is.EqualTo(1));
            Assert.That(root.GetProperty("steps").GetInt32(), Is.EqualTo(3));
            Assert.That(root.GetProperty("importances").GetArrayLength(), Is.EqualTo(1));
            Assert.That(root.GetProperty("importances")[0].GetArrayLength(), Is.EqualTo(20));
            Assert.That(root.GetProperty("pruned").GetArrayLength(), Is.EqualTo(2));
            foreach (var pruned in root.GetProperty("pruned").EnumerateArray())
            {
                var masked = pruned.GetProperty("masked");
                var logit = masked.GetProperty("largestLogit").GetDouble();
                Assert.That(logit, Is.GreaterThan(0));
                Assert.That(masked.GetProperty("largestDifference").GetDouble(), Is.InRange(0, 1e-5 * logit), "only the order of sums differs");
                Assert.That(masked.GetProperty("images").GetInt32(), Is.EqualTo(48));
            }

            Assert.That(root.GetProperty("latency").GetProperty("batch").GetInt32(), Is.EqualTo(2));
            Assert.That(root.GetProperty("wallSeconds").GetDouble(), Is.GreaterThan(0));
        });
        var unpruned = root.GetProperty("unpruned").GetProperty("parameters").GetInt64();
        var half = root.GetProperty("pruned")[0].GetProperty("parameters").GetInt64();
        var tenth = root.GetProperty("pruned")[1].GetProperty("parameters").GetInt64();
        Assert.That((half < unpruned, tenth < half), Is.EqualTo((true, true)));
    }

    [Test]
    public void Plain_output_is_ascii_within_80_columns_without_control_codes()
    {
        var run = ProgramRun.Of(ProgramRun.Tiny);

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output.All(c => c is '\n' or '\r' or (>= ' ' and <= '~')), Is.True);
        Assert.That(run.OutputLines, Has.All.Length.LessThanOrEqualTo(80));
        Assert.That(run.OutputLines.Count(line => line.TrimStart().StartsWith("1/1 ", StringComparison.Ordinal)), Is.EqualTo(3));
        Assert.That(run.Output, Does.Contain(EngineInfo.Version).And.Contain("embedded").And.Contain("vgg-small").And.Contain("lambda 0.1"));
    }

    [Test]
    public void Quiet_prints_the_table_alone()
    {
        var run = ProgramRun.Of([.. ProgramRun.Tiny, "--quiet", "--ratios", "0.5"]);

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.OutputLines, Has.Length.EqualTo(7));
        Assert.That(run.OutputLines[3].TrimStart(), Does.StartWith("50 %"));
    }

    [Test]
    public void A_terminal_gets_bars_and_lines_within_80_columns()
    {
        var run = ProgramRun.InTerminal([.. ProgramRun.Tiny, "--ratios", "0.5"]);

        Assert.That(run.Error, Is.Empty);
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Output, Does.Contain("\u001b[").And.Contain("Importances").And.Contain("speed"));
        foreach (var line in run.OutputLines)
        {
            var visible = System.Text.RegularExpressions.Regex.Replace(line, "\u001b\\[[0-9;?]*[A-Za-z]", "").Split('\r')[^1];
            Assert.That(visible.TrimEnd(), Has.Length.LessThanOrEqualTo(80));
        }
    }

    [Test]
    public void The_same_seed_gives_the_same_result_in_any_culture_and_with_any_threads()
    {
        var culture = CultureInfo.CurrentCulture;
        var reports = new List<string>();
        try
        {
            foreach (var (separator, threads) in ((string, string)[])[(".", "1"), (",", "2")])
            {
                CultureInfo.CurrentCulture = new CultureInfo("", useUserOverride: false) { NumberFormat = { NumberDecimalSeparator = separator } };
                var run = ProgramRun.Of(
                    "run", "--train-images", "64", "--test-images", "32", "--epochs", "1", "--batch", "32", "--finetune-epochs", "0",
                    "--latency-batch", "1", "--threads", threads, "--device", "cpu", "--ratios", "0.5", "--lambda", "0.1", "--out", Path.Combine(_folder.Path, threads));
                Assert.That(run.ExitCode, Is.Zero, run.Error);
                reports.Add(WithoutTimes(File.ReadAllText(Path.Combine(_folder.Path, threads, "run.json"))));
            }
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        Assert.That(reports[1], Is.EqualTo(reports[0]));
    }

    [Test]
    public void An_output_folder_that_cannot_be_is_told_before_the_run()
    {
        var file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "");
        foreach (var folder in (string[])[file, Path.Combine(file, "below")])
        {
            var run = ProgramRun.Of([.. ProgramRun.Tiny, "--out", folder]);

            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.ErrorLines, Has.Length.EqualTo(1));
            Assert.That(run.Error, Does.StartWith($"recede: --out {folder} cannot be written: "));
            Assert.That(run.Output, Is.Empty);
        }
    }

    [Test]
    public void Data_that_is_none_is_a_failure()
    {
        var run = ProgramRun.Of("run", "--data", _folder.Path);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(run.Error, Does.Contain(_folder.Path));
    }

    [Test]
    public void A_preset_refuses_other_data_than_its_own()
    {
        foreach (var file in Recede.Engine.Data.CifarReader.Cifar10TrainFiles.Concat(Recede.Engine.Data.CifarReader.Cifar10TestFiles))
        {
            _folder.Write(file, DataBytes.Cifar(1, fine: false));
        }

        var run = ProgramRun.Of("run", "--preset", "vgg16-cifar100", "--data", _folder.Path);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("--preset vgg16-cifar100 is for cifar-100").And.Contain("holds cifar-10"));
    }

    [Test]
    public void A_run_on_CUDA_ends_with_what_is_missing()
    {
        var run = ProgramRun.InProcess(["run", "--device", "cuda"], NoGpu);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(run.Error, Does.Contain("--device cuda: ").And.Contain("recede devices"));
    }

    [Test]
    public void Without_a_GPU_the_CPU_is_chosen_and_the_header_says_why()
    {
        string[] unnamed = [.. ProgramRun.Tiny.TakeWhile(argument => argument != "--device"), "--ratios", "0.5", "--out", _folder.Path];
        var run = ProgramRun.InProcess(unnamed, NoGpu);

        Assert.That(run.Error, Is.Empty);
        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.OutputLines[0], Does.Contain("CPU, "));
        Assert.That(run.OutputLines[1], Does.StartWith("device    auto: CPU, since "));
        Assert.That(run.OutputLines[1], Has.Length.LessThanOrEqualTo(80));
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder.Path, "run.json")));
        Assert.That(json.RootElement.GetProperty("device").GetString(), Is.EqualTo("cpu"));
    }

    [Test]
    public void A_training_that_diverges_is_one_line()
    {
        var run = ProgramRun.Of([.. ProgramRun.Tiny, "--lr", "1e30"]);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(run.Error, Does.StartWith("recede: ").And.Contain("epoch").And.Contain("step"));
    }

    [TestCase("run")]
    [TestCase("train")]
    public void A_latency_batch_that_no_memory_holds_is_told_before_the_training(string command)
    {
        var run = ProgramRun.Of(
            command, "--train-images", "96", "--test-images", "48", "--latency-batch", "2000000000", "--threads", "1", "--device", "cpu", "--out", _folder.Path);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(run.Error, Does.StartWith("recede: There is no memory for a latency batch of 2000000000 images: "));
        Assert.That(run.Output, Does.Not.Contain("Train, "));
        Assert.That(Path.Combine(_folder.Path, "last.safetensors"), Does.Not.Exist);
    }

    [TestCase("run")]
    [TestCase("run", "--help")]
    [TestCase("devices")]
    public void An_output_that_takes_nothing_is_named(params string[] args)
    {
        var run = ProgramRun.WithFullOutput(args is ["run"] ? ProgramRun.Tiny : args);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.ErrorLines, Is.EqualTo(new[] { "recede: standard output could not be written: No space left on device" }));
    }

    [TestCase("run")]
    [TestCase("train")]
    public void Figures_that_can_be_neither_written_nor_shown_are_told_by_the_first_error(string command)
    {
        var figures = Path.Combine(_folder.Path, command + ".json");
        Directory.CreateDirectory(figures);

        var run = ProgramRun.WithFullOutput(
            command, "--train-images", "96", "--test-images", "48", "--epochs", "1", "--latency-batch", "2", "--threads", "1", "--device", "cpu", "--out", _folder.Path, "--quiet");

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(run.Error, Does.StartWith($"recede: {figures} could not be written: "));
    }

    [Test]
    public void An_interrupted_run_ends_with_130()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var run = ProgramRun.Of([.. ProgramRun.Tiny, "--out", _folder.Path], cancellation.Token);

        Assert.That(run.ExitCode, Is.EqualTo(130));
        Assert.That(run.ErrorLines, Is.EqualTo(new[] { $"recede: interrupted; go on with it by recede run --resume --out {_folder.Path}" }));
        Assert.That(Path.Combine(_folder.Path, "last.safetensors"), Does.Exist);
        Assert.That(Path.Combine(_folder.Path, "run.json"), Does.Not.Exist);
        var without = ProgramRun.Of(ProgramRun.Tiny, cancellation.Token);
        Assert.That(without.ErrorLines, Is.EqualTo(new[] { "recede: interrupted; nothing of it is kept, since there was no --out" }));
    }

    [Test]
    public void The_stack_trace_is_there_for_those_who_ask()
    {
        var run = ProgramRun.InProcess(
            ["run", "--device", "cuda"], new Dictionary<string, string>(NoGpu) { ["RECEDE_DEBUG"] = "1" });

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.ErrorLines, Has.Length.GreaterThan(1));
    }

    // What no two runs share: times and the number of threads.
    private static string WithoutTimes(string json) => string.Join("\n", json.Split('\n').Where(line =>
        !line.Contains("econds\"", StringComparison.Ordinal) && !line.Contains("latencyMs", StringComparison.Ordinal)
        && !line.Contains("\"threads\"", StringComparison.Ordinal)));
}
