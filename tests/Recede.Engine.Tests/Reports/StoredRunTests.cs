using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Recede.Engine.Reports;
using Recede.Engine.Tests.Data;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Reports;

/// <summary>run.json read back: what was written, what earlier versions wrote, and what is none.</summary>
public sealed class StoredRunTests
{
    private static readonly (Action<JsonObject> Break, string Expected)[] Broken =
    [
        (run => run["format"] = "another", "expected the field 'format' to be 'recede-run'"),
        (run => run.Remove("format"), "expected the field 'format'"),
        (run => run["version"] = 2, "is of version 2; this program reads version 1"),
        (run => run["version"] = 0, "is of version 0"),
        (run => run.Remove("network"), "lacks the field 'network'"),
        (run => run["network"] = 3, "the field 'network' is a Number, expected a String"),
        (run => run["seed"] = -1, "the field 'seed' is -1"),
        (run => run["learningRate"] = JsonNode.Parse("1e999"), "the field 'learningRate' is 1e999, expected a finite number"),
        (run => run["threads"] = 0, "the field 'threads' is 0"),
        (run => run["dataset"] = "mnist", "the field 'dataset' is a String, expected a Object"),
        (run => run["dataset"]!.AsObject().Remove("train"), "dataset: lacks the field 'train'"),
        (run => run["importances"]!.AsArray().Clear(), "has 1 epochs in 'history' and 0 in 'importances'"),
        (run => run["importances"]![0]![3] = -1, "entry 1 of 'importances' holds -1"),
        (run => run["importances"]![0]![3] = 0.5, "entry 1 of 'importances' holds 0.5"),
        (run => run["importances"]![0] = new JsonArray(), "entry 1 of 'importances' is no list of 1 to 1000 counts"),
        (run => run["history"]![0]!["trainLoss"] = "low", "history entry 1: the field 'trainLoss' is a String"),
        (run => run["history"]![0] = 1, "history entry 1: is no JSON object"),
        (run => run["unpruned"]!["parameters"] = -5, "the field 'parameters' is below 0"),
        (run => run["pruned"]![0]!["ratio"] = 7, "pruned entry 1: the field 'ratio' is 7, expected 0 to 1"),
        (run => run["pruned"]![0]!["widths"] = new JsonObject { ["other"] = 3 }, "pruned entry 1: has widths of other spaces than 'unpruned'"),
        (run => run["pruned"]![0]!["history"]![0]!["epoch"] = 0, "pruned entry 1: history entry 1: the field 'epoch' is 0"),
        (run => run["recipe"]!["flip"] = 1, "recipe: the field 'flip' is a Number, expected true or false"),
        (run => run["fineTuning"]!["recipe"]!.AsObject().Remove("schedule"), "fineTuning: recipe: lacks the field 'schedule'"),
        (run => run["pruned"]![0]!["masked"] = 1, "the field 'masked' is a Number"),
    ];

    private TemporaryFolder _folder = null!;
    private string _path = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _path = Path.Combine(_folder.Path, "run.json");
        RunJson.Save(SampleRuns.Report(), _path);
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private static IEnumerable<TestCaseData> BrokenFiles => Broken.Select(
        one => new TestCaseData(one.Break, one.Expected).SetArgDisplayNames(one.Expected));

    [Test]
    public void It_tells_what_was_written()
    {
        var report = SampleRuns.Report();
        var plan = report.Pruned[0].Plan;

        var run = StoredRun.OfFolder(_folder.Path);

        Assert.Multiple(() =>
        {
            Assert.That(run.Source, Is.EqualTo(_folder.Path));
            Assert.That((run.EngineVersion, run.Device, run.Threads, run.Simd, run.Precision), Is.EqualTo((EngineInfo.Version, "cpu", 2, "Vector512", "float32")));
            Assert.That((run.Dataset, run.TrainImages, run.TestImages), Is.EqualTo(("da\"ta", 96, 48)));
            Assert.That((run.Network, run.Method, run.Seed), Is.EqualTo(("vgg-small", "bounded", ulong.MaxValue)));
            Assert.That((run.Epochs, run.BatchSize, run.LearningRate, run.Lambda, run.Shift), Is.EqualTo((1, 64, 0.1, 0.1, -3.0)));
            Assert.That((run.FineTuneEpochs, run.FineTuneLearningRate, run.BestEpoch, run.LatencyBatch), Is.EqualTo((1, 0.05, 1, 64)));
            Assert.That((run.Winograd, run.ImageSize, run.RandomCrops), Is.EqualTo((true, (28, 24), true)));
            Assert.That(run.Recipe, Is.EqualTo(new StoredRecipe("cosine", 0.5, 0.9, true, 5e-4, 10, 0.1, 4, true, true)));
            Assert.That(run.FineTuneRecipe, Is.EqualTo(new StoredRecipe("step", 0, 0.9, true, 1e-4, 10, 0, 0, false, true)));
            Assert.That((run.CarryMomentum, run.MinimumChannels), Is.EqualTo((true, 3)));
            Assert.That(run.Importances.Single(), Is.EqualTo(Enumerable.Range(0, 20)));
            Assert.That(run.Training.Single(), Is.EqualTo(new StoredEpoch(1, 0.05, 1.25, 0.5, double.NaN, 0.75, 12.5, 3.5)));
            Assert.That(run.Unpruned, Is.EqualTo(new StoredNetwork(
                0.75, plan.Before.Parameters, plan.Before.MultiplyAdds, plan.Before.LogicalBytes, plan.Before.PhysicalBytes, 12.25)));
            Assert.That(run.Pruned.Single().Widths, Is.EqualTo(plan.Widths));
            Assert.That((run.Pruned[0].Ratio, run.Pruned[0].AchievedRatio, run.Pruned[0].AccuracyBefore), Is.EqualTo((0.5, plan.AchievedRatio, 0.7)));
            Assert.That(run.Pruned[0].Result.Accuracy, Is.EqualTo(0.72));
            Assert.That(run.Pruned[0].FineTuning.Single().TestAccuracy, Is.EqualTo(0.75));
            Assert.That(run.Pruned[0].Masked, Is.EqualTo(new MaskedComparison(4.7e-6, 13.25, 48)));
            Assert.That(run.WallSeconds, Is.EqualTo(100.5));
        });
    }

    [Test]
    public void A_file_of_before_lacks_what_was_added_since()
    {
        Change(run =>
        {
            foreach (var name in (string[])["precision", "winograd", "randomCrops", "recipe", "minimumChannels"])
            {
                run.Remove(name);
            }

            run["dataset"]!.AsObject().Remove("height");
            run["fineTuning"]!.AsObject().Remove("recipe");
            run["unpruned"]!.AsObject().Remove("widths");
            run["pruned"]![0]!.AsObject().Remove("masked");
        });

        var run = StoredRun.OfFolder(_folder.Path);

        Assert.That(run.Precision, Is.EqualTo("float32"));
        Assert.That((run.Winograd, run.ImageSize, run.RandomCrops, run.MinimumChannels), Is.EqualTo(((bool?)null, ((int, int)?)null, (bool?)null, (int?)null)));
        Assert.That((run.Recipe, run.FineTuneRecipe), Is.EqualTo(((StoredRecipe?)null, (StoredRecipe?)null)));
        Assert.That(run.Pruned[0].Widths, Is.Empty);
        Assert.That(run.Pruned[0].Masked, Is.Null);
    }

    [TestCaseSource(nameof(BrokenFiles))]
    public void A_file_that_is_wrong_is_told_with_its_name(Action<JsonObject> change, string expected)
    {
        Change(change);

        var e = Assert.Throws<InvalidDataException>(() => StoredRun.OfFolder(_folder.Path));

        Assert.That(e!.Message, Does.StartWith(_path).And.Contain(expected));
    }

    [Test]
    public void A_file_that_ends_early_or_holds_other_bytes_is_told_with_its_name()
    {
        var whole = File.ReadAllBytes(_path);
        for (var length = 0; length < whole.Length - 1; length += 1 + whole.Length / 60)
        {
            File.WriteAllBytes(_path, whole[..length]);
            Assert.That(Assert.Throws<InvalidDataException>(() => StoredRun.OfFolder(_folder.Path))!.Message, Does.StartWith(_path), $"{length} bytes");
        }

        var random = new Random(1);
        var told = 0;
        for (var i = 0; i < 300; i++)
        {
            var other = (byte[])whole.Clone();
            other[random.Next(whole.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(_path, other);
            try
            {
                StoredRun.OfFolder(_folder.Path);
            }
            catch (InvalidDataException e)
            {
                Assert.That(e.Message, Does.StartWith(_path));
                told++;
            }
        }

        Assert.That(told, Is.GreaterThan(100));
    }

    [Test]
    public void Half_a_pair_of_surrogates_is_told_with_its_name()
    {
        File.WriteAllText(_path, File.ReadAllText(_path).Replace("vgg-small", "\\ud800", StringComparison.Ordinal), new UTF8Encoding(false));

        Assert.That(Assert.Throws<InvalidDataException>(() => StoredRun.OfFolder(_folder.Path))!.Message, Does.StartWith(_path));
    }

    [Test]
    public void A_folder_without_a_run_is_told_with_the_name_of_what_is_missing()
    {
        File.Delete(_path);

        Assert.That(Assert.Throws<FileNotFoundException>(() => StoredRun.OfFolder(_folder.Path))!.Message, Does.StartWith($"{_path} is not there"));
    }

    private void Change(Action<JsonObject> change)
    {
        var run = JsonNode.Parse(File.ReadAllBytes(_path))!.AsObject();
        change(run);
        File.WriteAllText(_path, run.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }
}
