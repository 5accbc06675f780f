using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Recede.Engine.Core;
using Recede.Engine.Pruning;
using Recede.Engine.Reports;
using Recede.Engine.Tests.Data;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Reports;

/// <summary>report.html: whole, true, harmless, the same for the same runs.</summary>
public sealed class HtmlReportTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void It_is_well_formed_and_told_to_screen_readers()
    {
        var page = Parse(Page(SampleRuns.Stored(), SampleRuns.Stored("l1", 1), SampleRuns.Stored("l1", 2)));
        var ids = page.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        var references = page.Descendants().Attributes()
            .Where(attribute => attribute.Name.LocalName is "aria-labelledby" or "aria-describedby").Select(attribute => attribute.Value).ToArray();
        var charts = page.Descendants("svg").Where(svg => (string?)svg.Attribute("aria-hidden") != "true").ToArray();

        Assert.That(ids, Is.Unique);
        Assert.That(references, Is.Not.Empty.And.All.AnyOf(ids));
        Assert.That(charts, Is.Not.Empty);
        Assert.That(charts.Select(svg => (svg.Attribute("role")?.Value, svg.Element("title")?.Value.Length > 0, svg.Element("desc")?.Value.Length > 0)),
            Has.All.EqualTo(("img", true, true)));
        Assert.That(page.Descendants("th").Select(heading => heading.Attribute("scope")?.Value), Is.Not.Empty.And.All.AnyOf("col", "row", "rowgroup"));
        Assert.That(page.Descendants("table").Select(table => table.Element("caption")?.Value.Length > 0), Has.All.True);
        Assert.That(page.Root!.Attribute("lang")?.Value, Is.EqualTo("en"));
        foreach (var table in page.Descendants("table"))
        {
            var columns = table.Element("thead")!.Element("tr")!.Elements().Count();
            Assert.That(
                table.Elements("tbody").Elements("tr").Select(row => row.Elements().Sum(cell => (int?)cell.Attribute("colspan") ?? 1)), Has.All.EqualTo(columns));
        }
    }

    [Test]
    public void It_holds_the_runs_figures()
    {
        var page = Parse(Page(SampleRuns.Stored()));

        Assert.That(page.Descendants("h1").Single().Value, Is.EqualTo("Recede: vgg-small on fashion"));
        Assert.That(Row(page, "Accuracy on the test images", "none"), Is.EqualTo(new[] { "", "", "75.0 %", "", "" }));
        Assert.That(
            Row(page, "Accuracy on the test images", "50 %"),
            Is.EqualTo(new[] { "49.8 %", "70.0 %", "72.0 %", "-3.0 points", "4.7e-06 of 13" }));
        Assert.That(
            Row(page, "Size and speed", "none"),
            Is.EqualTo(new[] { "331,994", "11.1 M", "1.33 MB", "1.40 MB", "12.5", "1.00\u00d7", "1.00\u00d7", "1.00\u00d7" }));
        Assert.That(
            Row(page, "Size and speed", "50 %"),
            Is.EqualTo(new[] { "86,174", "2.54 M", "345 kB", "397 kB", "6.25", "4.37\u00d7", "3.53\u00d7", "2.00\u00d7" }));
        Assert.That(Row(page, "Channels of every layer before and after pruning", "2"), Is.EqualTo(new[] { "conv2", "24", "12" }));
        Assert.That(Row(page, "Runs", "results/bounded-1"), Is.EqualTo(new[] { "bounded", "1", "2", "1:40" }));

        // 40 channels: 20 in the first of four bins, of which none lies under 0.05 whole, and 20 in the last.
        Assert.That(page.ToString(), Does.Contain("After epoch 2: 0.0 % of 40 channels under 0.05, 50.0 % between, 50.0 % from 0.5 on."));
        Assert.That(page.ToString(), Does.Contain("20 of 40 channels stay."));
    }

    [Test]
    public void Its_lines_go_through_the_runs_figures()
    {
        // The accuracy's axis ends at round numbers around 70 % and 80 %: the marks are where those figures are on it.
        var page = Parse(Page(SampleRuns.Stored()));
        var chart = page.Descendants("figure").Single(figure => figure.Element("h4")!.Value == "Accuracy").Element("svg")!;
        var ticks = chart.Elements("text").Where(text => text.Attribute("class")?.Value == "end" && text.Value.EndsWith(" %", StringComparison.Ordinal))
            .Select(text => (Share: Number(text.Value[..^2]), Y: Number(text.Attribute("y")!.Value) - 4)).ToArray();
        var slope = (ticks[^1].Y - ticks[0].Y) / (ticks[^1].Share - ticks[0].Share);
        var marks = chart.Elements("path").Where(path => path.Attribute("class")!.Value.StartsWith("mark", StringComparison.Ordinal)).ToArray();

        Assert.That(
            marks.Select(mark => mark.Element("title")!.Value),
            Is.EqualTo(new[] { "training, epoch 1: 74 %", "training, epoch 2: 75 %", "50 %, epoch 0: 70 %", "50 %, epoch 1: 72 %" }));
        Assert.That(
            marks.Select(mark => ticks[0].Share + (Number(mark.Attribute("d")!.Value.Split(' ')[1].Split('m')[0]) - ticks[0].Y) / slope),
            Is.EqualTo(new[] { 74.0, 75, 70, 72 }).Within(0.05));
    }

    [Test]
    public void It_loads_nothing_and_runs_nothing()
    {
        var text = Page(SampleRuns.Stored());

        foreach (var loader in (string[])["://", " src=", "href", "url(", "@import", "<script", "<link", "<img", "<iframe", "javascript:"])
        {
            Assert.That(text, Does.Not.Contain(loader).IgnoreCase, loader);
        }
    }

    [Test]
    public void Names_from_files_are_texts_whatever_they_hold()
    {
        const string Evil = "</style></title></svg><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;\u0001\uFFFE";
        const string Shown = "</style></title></svg><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;\uFFFD\uFFFD";
        var sample = SampleRuns.Stored();
        var pruned = sample.Pruned[0] with { Widths = [new SpaceWidth(Evil, 16, 8)] };
        var evil = sample with
        {
            Source = Evil, Network = Evil, Dataset = Evil, Method = Evil, Device = Evil, Simd = Evil, Precision = Evil, EngineVersion = Evil, Pruned = [pruned],
        };

        var page = Parse(Page(evil, sample));

        Assert.That(page.Descendants().Select(element => element.Name.LocalName), Has.None.AnyOf("script", "img"));
        Assert.That(page.Descendants().Attributes().Select(attribute => attribute.Name.LocalName), Has.None.EqualTo("onerror"));
        Assert.That(page.Descendants("dd").Select(value => value.Value), Has.Some.EqualTo(Shown));
        Assert.That(page.Descendants("td").Select(value => value.Value), Has.Some.EqualTo(Shown));
        Assert.That(page.Descendants("style").Single().Value, Does.Not.Contain("alert"));
    }

    [Test]
    public void Seeds_become_mean_and_deviation_and_methods_stand_beside_each_other()
    {
        var page = Parse(Page(
            SampleRuns.Stored("bounded", 1, 0.72), SampleRuns.Stored("l1", 1, 0.70), SampleRuns.Stored("bounded", 2, 0.76), SampleRuns.Stored("bounded", 3, 0.80)));
        var table = Table(page, "Accuracy on the test images");
        var groups = table.Elements("tbody").ToArray();

        Assert.That(groups.Select(group => group.Elements("tr").First().Value.Trim()), Is.EqualTo(new[] { "bounded (seeds 1, 2, 3)", "l1 (seed 1)" }));

        // The deviation of 72, 76, 80 is 4.
        Assert.That(groups[0].Elements("tr").Last().Elements("td").ElementAt(2).Value, Is.EqualTo("76.0 \u00b1 4.0 %"));
        Assert.That(groups[1].Elements("tr").Last().Elements("td").ElementAt(2).Value, Is.EqualTo("70.0 %"));
        Assert.That(page.ToString(), Does.Contain("4 runs in 2 settings"));
    }

    [Test]
    public void Runs_that_differ_by_more_than_the_seed_are_named_by_what_they_differ_in()
    {
        var page = Parse(Page(
            SampleRuns.Stored(), SampleRuns.Stored() with { Seed = 2, Lambda = 0.2 }, SampleRuns.Stored() with { Network = "vgg-11" }));

        Assert.That(
            Table(page, "Accuracy on the test images").Elements("tbody").Select(group => group.Elements("tr").First().Value.Trim()),
            Is.EqualTo(new[]
            {
                "bounded; vgg-small; penalty lambda 0.1, b 3 (seed 1)",
                "bounded; vgg-small; penalty lambda 0.2, b 3 (seed 2)",
                "bounded; vgg-11; penalty lambda 0.1, b 3 (seed 1)",
            }));
    }

    [Test]
    public void A_recipe_that_differs_makes_another_setting()
    {
        var sample = SampleRuns.Stored();
        var (recipe, tuning) = (sample.Recipe!, sample.FineTuneRecipe!);
        StoredRun[] others =
        [
            sample with { Recipe = recipe with { Schedule = "step" } },
            sample with { Recipe = recipe with { WarmUpEpochs = 1 } },
            sample with { Recipe = recipe with { WeightDecay = 5e-4 } },
            sample with { Recipe = recipe with { LabelSmoothing = 0.1 } },
            sample with { Recipe = recipe with { CropPadding = 4 } },
            sample with { Recipe = recipe with { Flip = true } },
            sample with { Recipe = null },
            sample with { FineTuneRecipe = tuning with { Flip = true } },
            sample with { RandomCrops = true },
            sample with { MinimumChannels = 8 },
            sample with { ImageSize = (20, 20) },
            sample with { Winograd = false },
            sample with { CarryMomentum = true },
        ];

        foreach (var other in others)
        {
            Assert.That(Page(sample, other with { Seed = 2 }), Does.Contain("2 runs in 2 settings"), $"{other}");
        }

        var page = Parse(Page(sample, sample with { Seed = 2, Recipe = recipe with { CropPadding = 4, Flip = true }, FineTuneRecipe = tuning with { CropPadding = 4, Flip = true } }));
        Assert.That(
            Table(page, "Accuracy on the test images").Elements("tbody").Select(group => group.Elements("tr").First().Value.Trim()),
            Is.EqualTo(new[] { "bounded; augmentation none (seed 1)", "bounded; augmentation shifts up to 4, flips (seed 2)" }));
    }

    [Test]
    public void The_same_seed_twice_is_no_spread()
    {
        var page = Parse(Page(SampleRuns.Stored() with { Source = "a" }, SampleRuns.Stored() with { Source = "b" }));

        Assert.That(
            Table(page, "Accuracy on the test images").Elements("tbody").Select(group => group.Elements("tr").First().Value.Trim()),
            Is.EqualTo(new[] { "bounded; a (seed 1)", "bounded; b (seed 1)" }));
        Assert.That(page.ToString(), Does.Not.Contain("\u00b1"));
    }

    [Test]
    public void A_comparison_that_went_wrong_with_one_seed_is_not_hidden_by_another()
    {
        var sample = SampleRuns.Stored(seed: 2);
        var wrong = sample with { Pruned = [sample.Pruned[0] with { Masked = new MaskedComparison(double.NaN, 13.25, 256) }] };

        var page = Parse(Page(SampleRuns.Stored(seed: 1), wrong));

        Assert.That(Row(page, "Accuracy on the test images", "50 %")[^1], Is.EqualTo("\u2013 of 13"));
    }

    [Test]
    public void No_share_is_below_nothing()
    {
        // In floating point, 1 - 0.9 - 0.1 is below 0.
        int[] bins = [9, .. new int[18], 1];
        var text = Page(SampleRuns.Stored() with { Importances = [bins, bins] });

        Assert.That(text, Does.Contain("After epoch 2: 90.0 % of 10 channels under 0.05, 0.0 % between, 10.0 % from 0.5 on."));
    }

    [Test]
    public void What_a_run_lacks_or_lost_is_said()
    {
        var sample = SampleRuns.Stored();
        var old = sample with { Pruned = [sample.Pruned[0] with { Widths = [], Masked = null, AccuracyBefore = double.NaN }], Simd = "Vector256" };
        var empty = sample with { Training = [], Importances = [], Pruned = [], Epochs = 0, BestEpoch = 0, WallSeconds = double.NaN };
        var text = Page(old, empty);

        Assert.That(() => Parse(text), Throws.Nothing);
        Assert.That(() => Parse(Page(empty)), Throws.Nothing);
        Assert.That(text, Does.Contain("not recorded").And.Contain("The widths before pruning are not in these files").And.Contain("Nothing was pruned."));
        Assert.That(text, Does.Not.Contain("NaN").And.Not.Contain("Infinity").And.Not.Contain("\u221e"));
    }

    [Test]
    public void A_hundred_layers_and_a_hundred_and_sixty_epochs_fit()
    {
        var sample = SampleRuns.Stored();
        var widths = Enumerable.Range(1, 100).Select(i => new SpaceWidth($"layer{i}", 64, 64 - i / 2)).ToArray();
        var epochs = Enumerable.Range(1, 160).Select(i => new StoredEpoch(i, 0.1, 1.0 / i, 0.5, 1.1 / i, 0.5, 0, 1)).ToArray();
        var page = Parse(Page(sample with
        {
            Epochs = 160,
            Training = epochs,
            Importances = [.. epochs.Select(_ => (int[])[1, 2, 3, 4])],
            Pruned = [sample.Pruned[0] with { Widths = widths }],
        }));

        Assert.That(Row(page, "Channels of every layer before and after pruning", "100"), Is.EqualTo(new[] { "layer100", "64", "14" }));
        Assert.That(page.ToString(), Does.Contain("16 of 160 epochs are shown."));
    }

    [Test]
    public void The_bytes_are_the_same_again_and_in_any_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        var first = Page(SampleRuns.Stored(), SampleRuns.Stored("l1", 2));
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("", useUserOverride: false)
            {
                NumberFormat = { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "~" },
            };
            Assert.That(Page(SampleRuns.Stored(), SampleRuns.Stored("l1", 2)), Is.EqualTo(first));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        Assert.That(first, Does.StartWith("<!DOCTYPE html>\n<html").And.Not.Contain("\r"));
    }

    [Test]
    public void A_disk_that_fills_up_leaves_the_old_page_and_is_told()
    {
        var path = Path.Combine(_folder.Path, HtmlReport.FileName);
        File.WriteAllText(path, "old");

        var e = Assert.Throws<IOException>(() => HtmlReport.Save([SampleRuns.Stored()], path, new FullDisk()));

        Assert.That(e!.Message, Does.Contain(path).And.Contain("No space left"));
        Assert.That(File.ReadAllText(path), Is.EqualTo("old"));
        Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { path }));
        HtmlReport.Save([SampleRuns.Stored()], path);
        Assert.That(File.ReadAllText(path), Is.EqualTo(Page(SampleRuns.Stored())));
        Assert.That(Directory.GetFiles(_folder.Path), Is.EqualTo(new[] { path }));
    }

    [Test]
    public void No_runs_make_no_page() => Assert.Throws<ArgumentException>(() => Page());

    private static string Page(params StoredRun[] runs)
    {
        using var stream = new MemoryStream();
        HtmlReport.Write(runs, stream);
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(stream.ToArray());
    }

    private static XDocument Parse(string page)
    {
        using var reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }

    private static XElement Table(XDocument page, string caption) =>
        page.Descendants("table").Single(table => table.Element("caption")!.Value == caption);

    private static string[] Row(XDocument page, string caption, string heading) =>
        [.. Table(page, caption).Descendants("tr").Single(row => row.Parent!.Name == "tbody" && row.Element("th")!.Value == heading).Elements("td").Select(cell => cell.Value)];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>A disk that is full after the first kilobyte.</summary>
    private sealed class FullDisk : FileOperations
    {
        public override Stream Create(string path) => new Stream1K(path);

        private sealed class Stream1K(string path) : FileStream(path, FileMode.Create, FileAccess.Write)
        {
            public override void Write(byte[] buffer, int offset, int count)
            {
                base.Write(buffer, offset, Math.Min(count, 1024));
                throw new IOException("No space left on device");
            }
        }
    }
}
