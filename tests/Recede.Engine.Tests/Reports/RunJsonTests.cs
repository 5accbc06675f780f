using System.Globalization;
using System.Text.Json;
using Recede.Engine.Core;
using Recede.Engine.Reports;
using Recede.Engine.Tests.Data;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Reports;

/// <summary>run.json: its fields, and that it is there whole or not at all.</summary>
public sealed class RunJsonTests
{
    private TemporaryFolder _folder = null!;
    private RunReport _report = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _report = SampleRuns.Report();
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private static JsonDocument Parse(RunReport report)
    {
        using var stream = new MemoryStream();
        RunJson.Write(report, stream);
        return JsonDocument.Parse(stream.ToArray());
    }

    [Test]
    public void It_holds_every_field()
    {
        using var json = Parse(_report);
        var root = json.RootElement;
        var pruned = root.GetProperty("pruned")[0];
        var history = root.GetProperty("history")[0];

        Assert.Multiple(() =>
        {
            Assert.That(root.GetProperty("format").GetString(), Is.EqualTo("recede-run"));
            Assert.That(root.GetProperty("version").GetInt32(), Is.EqualTo(1));
            Assert.That(root.GetProperty("engineVersion").GetString(), Is.EqualTo(EngineInfo.Version));
            Assert.That(root.GetProperty("device").GetString(), Is.EqualTo("cpu"));
            Assert.That(root.GetProperty("threads").GetInt32(), Is.EqualTo(2));
            Assert.That(root.GetProperty("simd").GetString(), Is.EqualTo("Vector512"));
            Assert.That(root.GetProperty("precision").GetString(), Is.EqualTo("float32"));
            Assert.That(root.GetProperty("dataset").GetProperty("name").GetString(), Is.EqualTo("da\"ta"));
            Assert.That(root.GetProperty("dataset").GetProperty("train").GetInt32(), Is.EqualTo(96));
            Assert.That(root.GetProperty("dataset").GetProperty("test").GetInt32(), Is.EqualTo(48));
            Assert.That(root.GetProperty("network").GetString(), Is.EqualTo("vgg-small"));
            Assert.That(root.GetProperty("method").GetString(), Is.EqualTo("bounded"));
            Assert.That(root.GetProperty("seed").GetUInt64(), Is.EqualTo(ulong.MaxValue));
            Assert.That(root.GetProperty("epochs").GetInt32(), Is.EqualTo(1));
            Assert.That(root.GetProperty("batch").GetInt32(), Is.EqualTo(64));
            Assert.That(root.GetProperty("learningRate").GetRawText(), Is.EqualTo("0.1"));
            Assert.That(root.GetProperty("lambda").GetRawText(), Is.EqualTo("0.1"));
            Assert.That(root.GetProperty("shift").GetRawText(), Is.EqualTo("-3"));
            Assert.That(root.GetProperty("steps").GetInt32(), Is.EqualTo(2));
            Assert.That(root.GetProperty("fineTuning").GetProperty("learningRate").GetRawText(), Is.EqualTo("0.05"));
            Assert.That(
                root.GetProperty("importances")[0].EnumerateArray().Select(count => count.GetInt32()), Is.EqualTo(Enumerable.Range(0, 20)));
            Assert.That(root.GetProperty("latency").GetProperty("batch").GetInt32(), Is.EqualTo(64));
            Assert.That(root.GetProperty("latency").GetProperty("threads").GetInt32(), Is.EqualTo(2));
            Assert.That(root.GetProperty("wallSeconds").GetDouble(), Is.EqualTo(100.5));

            Assert.That(history.GetProperty("epoch").GetInt32(), Is.EqualTo(1));
            Assert.That(history.GetProperty("learningRate").GetRawText(), Is.EqualTo("0.05"));
            Assert.That(history.GetProperty("trainLoss").GetDouble(), Is.EqualTo(1.25));
            Assert.That(history.GetProperty("trainAccuracy").GetDouble(), Is.EqualTo(0.5));
            Assert.That(history.GetProperty("testLoss").ValueKind, Is.EqualTo(JsonValueKind.Null), "NaN is no JSON number");
            Assert.That(history.GetProperty("testAccuracy").GetDouble(), Is.EqualTo(0.75));
            Assert.That(history.GetProperty("penalty").GetDouble(), Is.EqualTo(12.5));
            Assert.That(history.GetProperty("seconds").GetDouble(), Is.EqualTo(3.5));

            Assert.That(pruned.GetProperty("ratio").GetDouble(), Is.EqualTo(0.5));
            Assert.That(pruned.GetProperty("achievedRatio").GetDouble(), Is.EqualTo(_report.Pruned[0].Plan.AchievedRatio));
            Assert.That(pruned.GetProperty("accuracyBeforeFinetune").GetDouble(), Is.EqualTo(0.7));
            Assert.That(
                pruned.GetProperty("widths").EnumerateObject().Select(width => (width.Name, width.Value.GetInt32())),
                Is.EqualTo(_report.Pruned[0].Plan.Widths.Select(width => (width.Space, width.After))));
            Assert.That(
                root.GetProperty("unpruned").GetProperty("widths").EnumerateObject().Select(width => (width.Name, width.Value.GetInt32())),
                Is.EqualTo(_report.Pruned[0].Plan.Widths.Select(width => (width.Space, width.Before))));
            Assert.That(pruned.GetProperty("masked").GetProperty("largestDifference").GetDouble(), Is.EqualTo(4.7e-6));
            Assert.That(pruned.GetProperty("masked").GetProperty("largestLogit").GetDouble(), Is.EqualTo(13.25));
            Assert.That(pruned.GetProperty("masked").GetProperty("images").GetInt32(), Is.EqualTo(48));
        });
        foreach (var (element, result) in ((JsonElement, NetworkResult)[])
            [(root.GetProperty("unpruned"), _report.Unpruned), (pruned, _report.Pruned[0].Result)])
        {
            Assert.Multiple(() =>
            {
                Assert.That(element.GetProperty("accuracy").GetDouble(), Is.EqualTo(result.Accuracy));
                Assert.That(element.GetProperty("parameters").GetInt64(), Is.EqualTo(result.Cost.Parameters));
                Assert.That(element.GetProperty("flops").GetInt64(), Is.EqualTo(result.Cost.MultiplyAdds));
                Assert.That(element.GetProperty("logicalBytes").GetInt64(), Is.EqualTo(result.Cost.LogicalBytes));
                Assert.That(element.GetProperty("physicalBytes").GetInt64(), Is.EqualTo(result.Cost.PhysicalBytes));
                Assert.That(element.GetProperty("latencyMs").GetDouble(), Is.EqualTo(result.LatencyMilliseconds));
            });
        }
    }

    [Test]
    public void Without_a_penalty_lambda_and_shift_are_null()
    {
        using var json = Parse(_report with { Method = PruningMethod.Uniform, Training = new FitOptions() });

        Assert.That(json.RootElement.GetProperty("method").GetString(), Is.EqualTo("uniform"));
        Assert.That(json.RootElement.GetProperty("lambda").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(json.RootElement.GetProperty("shift").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [Test]
    public void The_bytes_do_not_depend_on_the_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        var here = Path.Combine(_folder.Path, "here.json");
        var there = Path.Combine(_folder.Path, "there.json");
        RunJson.Save(_report, here);
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("", useUserOverride: false)
            {
                NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" },
            };
            RunJson.Save(_report, there);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        Assert.That(File.ReadAllBytes(there), Is.EqualTo(File.ReadAllBytes(here)));
    }

    [Test]
    public void Saving_replaces_the_old_report_and_leaves_nothing_beside_it()
    {
        var path = Path.Combine(_folder.Path, "run.json");
        File.WriteAllText(path, "old");

        RunJson.Save(_report, path);

        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { path }));
    }

    [Test]
    public void A_disk_that_fills_up_leaves_the_old_report_and_is_told()
    {
        var path = Path.Combine(_folder.Path, "run.json");
        File.WriteAllText(path, "old");

        var e = Assert.Throws<IOException>(() => RunJson.Save(_report, path, new OtherFiles(beside => new FullDisk(beside))));

        Assert.That(e!.Message, Does.Contain(path).And.Contain("No space left"));
        Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { path }));
    }

    [Test]
    [Platform("Linux")]
    public void The_systems_own_full_disk_is_told_too()
    {
        var path = Path.Combine(_folder.Path, "run.json");

        var e = Assert.Throws<IOException>(
            () => RunJson.Save(_report, path, new OtherFiles(_ => new FileStream("/dev/full", FileMode.Open, FileAccess.Write))));

        Assert.That(e!.Message, Does.Contain(path));
        Assert.That(Directory.GetFiles(_folder.Path), Is.Empty);
    }

    [Test]
    public void A_folder_that_is_not_there_is_told()
    {
        var path = Path.Combine(_folder.Path, "gone", "run.json");

        var e = Assert.Throws<IOException>(() => RunJson.Save(_report, path));

        Assert.That(e!.Message, Does.Contain(path));
    }

    /// <summary>The system's file operations, but for how a file is made.</summary>
    private sealed class OtherFiles(Func<string, Stream> create) : FileOperations
    {
        public override Stream Create(string path) => create(path);
    }

    /// <summary>A file whose disk is full after the first half kilobyte.</summary>
    private sealed class FullDisk(string path) : FileStream(path, FileMode.Create, FileAccess.Write)
    {
        private const int Room = 512;

        // A span comes here too: so it is with streams derived from this one.
        public override void Write(byte[] buffer, int offset, int count)
        {
            base.Write(buffer, offset, Math.Min(count, Room));
            throw new IOException("No space left on device");
        }
    }
}
