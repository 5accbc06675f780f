using System.Diagnostics;
using Recede.Engine.Tests.Data;
using Recede.Trainer;

namespace Recede.Engine.Tests.Trainer;

/// <summary><c>recede run --resume</c>: as a user ends a run, and as a machine does.</summary>
internal sealed class ResumeCommandTests
{
    private TemporaryFolder _folder = null!;

    private string Out => Path.Combine(_folder.Path, "out");

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void A_run_that_is_killed_at_fifty_random_moments_ends_with_the_same_bits()
    {
        var whole = Path.Combine(_folder.Path, "whole");
        Assert.That(ProgramRun.Of([.. Arguments(), "--out", whole]).ExitCode, Is.Zero);

        var random = new Random(3);
        var kills = 0;
        while (kills < 50)
        {
            using var process = Start(Resumes() ? ["run", "--resume", "--out", Out, "--quiet"] : [.. Arguments(), "--out", Out]);
            if (!process.WaitForExit(random.Next(150, 900)))
            {
                process.Kill();
                process.WaitForExit();
                kills++;
            }
            else if (process.ExitCode == 0)
            {
                // Faster than we kill: the run is done, and another is begun.
                CheckSame(whole);
                Directory.Delete(Out, recursive: true);
            }
            else
            {
                Assert.Fail($"The run ended with {process.ExitCode} after {kills} kills.");
            }
        }

        var last = ProgramRun.Of(Resumes() ? ["run", "--resume", "--out", Out] : [.. Arguments(), "--out", Out]);
        Assert.That((last.ExitCode, last.Error), Is.EqualTo((0, "")));
        CheckSame(whole);
    }

    [Test]
    [Platform("Linux")]
    public void A_terminated_run_is_kept_and_says_how_to_go_on()
    {
        using var process = Start([.. Arguments(epochs: "5000"), "--out", Out]);
        while (!Resumes())
        {
            Assert.That(process.HasExited, Is.False);
            Thread.Yield();
        }

        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            kill.WaitForExit();
        }

        process.WaitForExit();
        Assert.That(process.ExitCode, Is.EqualTo(ExitCode.Terminated));
        Assert.That(process.StandardError.ReadToEnd(), Does.Contain($"recede run --resume --out {Out}"));
    }

    [Test]
    public void Wrong_uses_are_told()
    {
        Assert.Multiple(() =>
        {
            Check(["run", "--resume"], 2, "--resume: expected --out DIR");
            Check(["run", "--resume", "--out", Out], 1, "holds no run to go on with");
        });
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        ProgramRun.Of([.. Arguments(), "--out", Out], cancellation.Token);
        Check([.. Arguments(), "--out", Out], 2, "holds a run: go on with it by recede run --resume");
        Check(["train", "--resume", "--out", Out], 2, $"holds what recede run began: go on with it by recede run --resume --out {Out}");
        Check(["run", "--resume", "--out", Out, "--epochs", "3"], 2, $"--epochs 3: the run in {Out} was begun with 12, and");
        Check(["run", "--resume", "--out", Out, "--lr", "0.2"], 2, $"--lr 0.2: the run in {Out} was begun with 0.1, and");
        Check(["run", "--resume", "--out", Out, "--carry-momentum"], 2, $"--carry-momentum on: the run in {Out} was begun with off, and");
        Check(["run", "--resume", "--out", Out, "--method", "random"], 2, $"--method random: the run in {Out} was begun with bounded, and");
        Check(["run", "--resume", "--out", Out, "--data", _folder.Path], 1, "found no data set there");
        File.WriteAllBytes(Path.Combine(Out, "last.safetensors"), [1, 2, 3]);
        Check(["run", "--resume", "--out", Out], 1, "no sound checkpoint");

        static void Check(string[] args, int exitCode, string says)
        {
            var run = ProgramRun.Of(args);
            Assert.That(run.Error, Does.Contain(says));
            Assert.That(run.ExitCode, Is.EqualTo(exitCode));
        }
    }

    [Test]
    public void Past_epochs_are_kept_as_asked()
    {
        Assert.That(ProgramRun.Of([.. Arguments("5", "0"), "--keep", "2", "--out", Out]).ExitCode, Is.Zero);
        Assert.That(
            Directory.GetFiles(Out).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Is.EqualTo(new[]
            {
                ".recede-lock", "best.safetensors", "epoch-0004.safetensors", "epoch-0005.safetensors", "last.safetensors",
                "pruned-50.safetensors", "report.html", "run.json", "trained.safetensors",
            }));
    }

    [Test]
    public void Fewer_past_epochs_are_kept_where_a_run_goes_on_with_fewer()
    {
        var other = Path.Combine(Out, "epoch-best.safetensors");
        using var cancellation = new CancellationTokenSource();
        using var watched = new CancelAt("3/5", cancellation);
        using var error = new StringWriter();
        Assert.That(RecedeProgram.Run([.. Arguments("5", "0"), "--keep", "3", "--out", Out], watched, error, terminal: null, cancellation.Token), Is.EqualTo(130));
        Assert.That(Epochs(), Is.EqualTo(new[] { "epoch-0001", "epoch-0002", "epoch-0003" }));
        File.WriteAllText(other, "");

        Assert.That(ProgramRun.Of("run", "--resume", "--out", Out, "--keep", "1").ExitCode, Is.Zero);

        Assert.That(Epochs(), Is.EqualTo(new[] { "epoch-0005", "epoch-best" }));

        string[] Epochs() => [.. Directory.GetFiles(Out, "epoch-*").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];
    }

    private static string[] Arguments(string epochs = "12", string fineTuning = "6") =>
    [
        "run", "--train-images", "96", "--test-images", "48", "--batch", "32", "--latency-batch", "2", "--threads", "1",
        "--lambda", "0.1", "--device", "cpu", "--ratios", "0.5", "--epochs", epochs, "--finetune-epochs", fineTuning,
    ];

    private static Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(RecedeProgram).Assembly.Location);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private bool Resumes() => File.Exists(Path.Combine(Out, "last.safetensors"));

    private void CheckSame(string whole)
    {
        foreach (var name in (string[])["best", "trained", "pruned-50"])
        {
            Assert.That(File.ReadAllBytes(Path.Combine(Out, name + ".safetensors")), Is.EqualTo(File.ReadAllBytes(Path.Combine(whole, name + ".safetensors"))), name);
        }
    }

    /// <summary>Cancels once a line begins with a text.</summary>
    private sealed class CancelAt(string start, CancellationTokenSource cancellation) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.TrimStart().StartsWith(start, StringComparison.Ordinal) == true)
            {
                cancellation.Cancel();
            }
        }
    }
}
