using Recede.Engine.Pruning;
using Recede.Engine.Reports.TensorBoard;
using Recede.Engine.Tests.Checkpoints;
using Recede.Engine.Tests.Data;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Reports.TensorBoard;

/// <summary>What TensorBoard is told, read back.</summary>
public sealed class EventFileTests
{
    private TemporaryFolder _folder = null!;
    private Clock _clock = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _clock = new Clock();
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Numbers_and_histograms_are_read_back()
    {
        var folder = Path.Combine(_folder.Path, "a", "b");
        string path;
        using (var file = EventFile.Create(folder, _clock))
        {
            path = file.Path;
            _clock.Now += TimeSpan.FromSeconds(2.5);
            file.Write(3, [("x/loss", 0.25), ("x/none", double.NaN), ("x/rate", 1e-3)], ("x/importances", [1, 0, 2, 5]));

            // Whoever looks while the run goes on finds it whole.
            Assert.That(EventReader.Read(path), Has.Count.EqualTo(2));
        }

        var events = EventReader.Read(path);

        Assert.That(Path.GetFileName(path), Is.EqualTo("events.out.tfevents.1700000000.recede"));
        Assert.That((events[0].Version, events[0].WallTime, events[0].Step), Is.EqualTo(("brain.Event:2", 1.7e9, 0L)));
        Assert.That((events[1].Version, events[1].WallTime, events[1].Step), Is.EqualTo(((string?)null, 1.7e9 + 2.5, 3L)));
        Assert.That(events[1].Scalars, Is.EquivalentTo(new Dictionary<string, float> { ["x/loss"] = 0.25f, ["x/rate"] = 1e-3f }));
        var histogram = events[1].Histograms.Single();
        Assert.That(histogram.Key, Is.EqualTo("x/importances"));

        // Middles 1/8, 3/8, 5/8, 7/8: 1/8 + 2 * 5/8 + 5 * 7/8 = 46/8; their squares 1/64 + 2 * 25/64 + 5 * 49/64 = 296/64.
        Assert.That(histogram.Value, Is.EquivalentTo(new Dictionary<int, double[]>
        {
            [1] = [0],
            [2] = [1],
            [3] = [8],
            [4] = [5.75],
            [5] = [4.625],
            [6] = [0.25, 0.5, 0.75, 1],
            [7] = [1, 0, 2, 5],
        }));
    }

    [Test]
    public void A_run_that_goes_on_gets_a_file_behind_the_others()
    {
        var names = new List<string>();
        foreach (var seconds in (int[])[0, 0, -100, 7])
        {
            _clock.Now += TimeSpan.FromSeconds(seconds);
            using var file = EventFile.Create(_folder.Path, _clock);
            names.Add(Path.GetFileName(file.Path));
        }

        Assert.That(names, Is.Unique.And.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
        Assert.That(Directory.GetFiles(_folder.Path), Has.Length.EqualTo(4));
    }

    [Test]
    public void Files_of_other_names_are_left_alone()
    {
        _folder.Write("events.out.tfevents.99999999999999999999.host", [1]);
        _folder.Write("events.out.tfevents.later", [2]);

        using var file = EventFile.Create(_folder.Path, _clock);

        Assert.That(Path.GetFileName(file.Path), Is.EqualTo("events.out.tfevents.1700000000.recede"));
        Assert.That(Directory.GetFiles(_folder.Path), Has.Length.EqualTo(3));
    }

    [Test]
    public void A_folder_that_cannot_be_is_told()
    {
        var path = _folder.Write("file", []);

        Assert.That(Assert.Throws<IOException>(() => EventFile.Create(path, _clock))!.Message, Does.StartWith($"{path} cannot take TensorBoard's events: "));
    }

    [Test]
    public void A_file_that_cannot_be_begun_is_not_left_behind()
    {
        var files = new Stepped(2, () => throw new IOException("No space left on device"));

        Assert.That(
            () => EventFile.Create(_folder.Path, _clock, files),
            Throws.InstanceOf<IOException>().With.Message.StartsWith($"{_folder.Path} cannot take TensorBoard's events: ").And.Message.EndsWith("No space left on device"));
        Assert.That(Directory.GetFiles(_folder.Path), Is.Empty);
    }

    [Test]
    public void A_record_is_written_whole_or_not_at_all()
    {
        var files = new Stepped(3, () => throw new IOException("No space left on device"));
        string path;
        using (var file = EventFile.Create(_folder.Path, _clock, files))
        {
            path = file.Path;
            Assert.That(() => file.Write(1, [("loss", 1)]), Throws.InstanceOf<IOException>().With.Message.EqualTo($"{path} could not be written: No space left on device"));
            file.Write(2, [("loss", 2)]);
        }

        Assert.That(files.Done, Is.EqualTo(new[] { "create", "write", "write", "write" }));
        Assert.That(EventReader.Read(path).Select(one => one.Step), Is.EqualTo(new[] { 0, 2 }));
    }

    [Test]
    public void A_run_tells_each_epoch_of_each_phase_and_passes_it_on()
    {
        var others = new Recorder();
        string path;
        using (var file = EventFile.Create(_folder.Path, _clock))
        {
            path = file.Path;
            var listener = new EventListener(file, others);
            int[] bins = [30, .. Enumerable.Repeat(0, 18), 10];
            listener.OnPhase("train", 2);
            listener.OnStep(new StepReport(1, 2, 1, 1, 1, 1, 1));
            listener.OnEpoch(new EpochReport(1, 2, 0.1f, 1.5, 12, 0.5, new Evaluation(1.25, 0.625, 48), bins, 3, true));
            listener.OnPhase("fine-tune 12.5 %", 1);
            listener.OnEpoch(new EpochReport(1, 1, 0.05f, 0.5, 0, 0.75, new Evaluation(0.75, 0.875, 48), bins, 3, true));
        }

        var events = EventReader.Read(path);

        Assert.That(others.Calls, Is.EqualTo(new[] { "phase train 2", "step 1", "epoch 1", "phase fine-tune 12.5 % 1", "epoch 1" }));
        Assert.That(events.Skip(1).Select(one => one.Step), Is.EqualTo(new[] { 1, 1 }));
        Assert.That(events[1].Scalars, Is.EquivalentTo(new Dictionary<string, float>
        {
            ["train/loss"] = 1.5f,
            ["train/test_loss"] = 1.25f,
            ["train/accuracy"] = 0.5f,
            ["train/test_accuracy"] = 0.625f,
            ["train/learning_rate"] = 0.1f,
            ["train/penalty"] = 12,
            ["train/receded"] = 0.75f,
        }));
        Assert.That(events[1].Histograms.Keys, Is.EqualTo(new[] { "train/importances" }));
        Assert.That(events[2].Scalars["fine-tune-12.5/test_accuracy"], Is.EqualTo(0.875f));
        Assert.That(events[2].Histograms.Keys, Is.EqualTo(new[] { "fine-tune-12.5/importances" }));
    }

    /// <summary>A clock that stands still.</summary>
    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>Notes what it is told.</summary>
    private sealed class Recorder : IPruningRunListener
    {
        public List<string> Calls { get; } = [];

        public void OnPhase(string name, int epochs) => Calls.Add($"phase {name} {epochs}");

        public void OnStep(in StepReport report) => Calls.Add($"step {report.Step}");

        public void OnEpoch(EpochReport report) => Calls.Add($"epoch {report.Epoch}");

        public void OnTrained(FitResult training, NetworkResult result) => Calls.Add("trained");

        public void OnPruned(PruningPlan plan, Evaluation before) => Calls.Add("pruned");

        public void OnFineTuned(PrunedResult result) => Calls.Add("fine-tuned");
    }
}
