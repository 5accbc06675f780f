using Recede.Engine.Tests.Data;
using Recede.Engine.Tests.Reports.TensorBoard;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Trainer;

/// <summary><c>--tensorboard</c>.</summary>
public sealed class TensorBoardTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void A_run_writes_its_epochs_into_its_folder()
    {
        var run = ProgramRun.Of([.. ProgramRun.Tiny, "--ratios", "0.5", "--out", _folder.Path, "--tensorboard"]);

        Assert.That(run.ExitCode, Is.Zero, run.Error);
        var file = Directory.GetFiles(Path.Combine(_folder.Path, "tensorboard")).Single();
        Assert.That(Path.GetFileName(file), Does.Match(@"^events\.out\.tfevents\.\d{10}\.recede$"));
        var events = EventReader.Read(file);
        Assert.That(events, Has.Count.EqualTo(3));
        Assert.That(events[1].Scalars.Keys, Does.Contain("train/loss").And.Contain("train/test_accuracy"));
        Assert.That(events[1].Histograms["train/importances"][3].Single(), Is.EqualTo(544), "channels");
        Assert.That(events[2].Scalars.Keys, Does.Contain("fine-tune-50/loss"));
        Assert.That(run.Output, Does.Contain($"{100 * events[1].Scalars["train/accuracy"]:F1}"), "what the terminal shows");
    }

    [Test]
    public void A_run_that_goes_on_adds_a_file()
    {
        var (run, events) = (Path.Combine(_folder.Path, "run"), Path.Combine(_folder.Path, "events"));
        using var none = new CancellationTokenSource();
        none.Cancel();
        string[] begin = [.. ProgramRun.Tiny, "--ratios", "0.5", "--out", run, "--tensorboard", events];
        Assert.That(ProgramRun.Of(begin, none.Token).ExitCode, Is.EqualTo(130));

        var resumed = ProgramRun.Of("run", "--resume", "--out", run);

        Assert.That(resumed.ExitCode, Is.Zero, resumed.Error);
        var files = Directory.GetFiles(events).Order(StringComparer.Ordinal).ToArray();
        Assert.That(files.Select(file => EventReader.Read(file).Count), Is.EqualTo(new[] { 1, 3 }));
        Assert.That(Path.Combine(run, "tensorboard"), Does.Not.Exist);
    }

    [Test]
    public void A_relative_folder_is_the_same_wherever_a_run_goes_on_from()
    {
        var (run, events) = (Path.Combine(_folder.Path, "run"), Path.Combine(_folder.Path, "events"));
        using var none = new CancellationTokenSource();
        none.Cancel();

        ProgramRun.Of([.. ProgramRun.Tiny, "--out", run, "--tensorboard", Path.GetRelativePath(Environment.CurrentDirectory, events)], none.Token);

        Assert.That(RunFolder.ReadSettings(run), Does.Contain(System.Text.Json.JsonSerializer.Serialize(events)));
    }

    [Test]
    public void Without_it_nothing_is_written()
    {
        Assert.That(ProgramRun.Of([.. ProgramRun.Tiny, "--ratios", "0.5", "--out", _folder.Path]).ExitCode, Is.Zero);
        Assert.That(Directory.GetFiles(_folder.Path, "events*", SearchOption.AllDirectories), Is.Empty);
    }

    [Test]
    public void Wrong_folders_are_told()
    {
        var file = _folder.Write("file", []);
        var unplaced = ProgramRun.Of("run", "--tensorboard");
        var empty = ProgramRun.Of("run", "--tensorboard", "");
        var taken = ProgramRun.Of([.. ProgramRun.Tiny, "--tensorboard", file]);

        Assert.That((unplaced.ExitCode, unplaced.Error), Is.EqualTo((2, "recede: --tensorboard: expected a folder behind it, or --out with it" + Environment.NewLine)));
        Assert.That((empty.ExitCode, empty.Error), Is.EqualTo((2, "recede: --tensorboard '': expected a folder" + Environment.NewLine)));
        Assert.That(taken.ExitCode, Is.EqualTo(1));
        Assert.That(taken.Error, Does.StartWith($"recede: {file} cannot take TensorBoard's events: "));
    }
}
