using Recede.Engine.Tests.Data;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Benchmarks;

/// <summary>bench/peer/compare.py on lines that nothing timed.</summary>
internal sealed class CompareScriptTests
{
    [Test]
    public void The_fastest_peer_counts_by_the_median_of_its_rounds()
    {
        // Fastest are nhwc (median 20) and, in inference, ONNX Runtime (9): 20 / 10 and 9 / 10.
        var rows = Rows(
            Times("vgg16_bs64_train", "pytorch nchw", 15, 30, 31), Times("vgg16_bs64_train", "pytorch nhwc", 18, 20, 40),
            Times("vgg16_bs64_train", "recede", 12, 10, 8),
            Times("vgg16_bs64_infer", "pytorch nchw", 12, 12, 12), Times("vgg16_bs64_infer", "onnxruntime", 9, 9, 9),
            Times("vgg16_bs64_infer", "recede", 10, 10, 10));
        Assert.That(rows["vgg16_bs64"], Is.EqualTo(["2.00 [1.50..5.00]", "0.90 [0.90..0.90]", "2.0 / 1.8", "met / NOT met"]));
    }

    [Test]
    public void A_kind_that_was_not_timed_has_no_verdict()
    {
        var rows = Rows(Times("resnet20_bs1_infer", "onnxruntime", 1), Times("resnet20_bs1_infer", "recede", 1));
        Assert.That(rows["resnet20_bs1"], Is.EqualTo(["-", "1.00 [1.00..1.00]", "- / 1.0", "- / met"]));
        Assert.That(rows, Has.Count.EqualTo(1));
    }

    [Test]
    public void Another_goal_takes_the_place_of_all()
    {
        var (_, output, _) = Compare(["--goal", "1"], Times("vgg16_bs64_train", "pytorch nchw", 11), Times("vgg16_bs64_train", "recede", 10));
        Assert.That(Table(output)["vgg16_bs64"], Is.EqualTo(["1.10 [1.10..1.10]", "-", "1.0 / -", "met / -"]));
    }

    [TestCase("\"threads\":1", "the sides had different threads: [1, 2]")]
    [TestCase("\"threads\":2,\"multiply_adds\":8", "vgg16_bs64_train: the sides' networks differ: [7, 8] multiply-adds an image")]
    public void Sides_that_did_not_do_the_same_are_refused(string peers, string message)
    {
        var (code, _, error) = Compare(
            [],
            $$"""{"case":"vgg16_bs64_train","side":"pytorch nchw","median_ms":1,{{peers}}}""",
            """{"case":"vgg16_bs64_train","side":"recede","median_ms":1,"threads":2,"multiply_adds":7}""");
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain(message));
    }

    [Test]
    public void A_step_that_a_side_did_not_time_is_an_error()
    {
        var (code, _, error) = Compare([], Times("vgg16_bs64_train", "pytorch nchw", 11));
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain("vgg16_bs64_train: no timings of Recede"));
    }

    [Test]
    public void A_pruned_network_is_held_against_what_its_floors_predict()
    {
        // 50 %: 2 times as fast where 2.5 is predicted; 90 %: 1.6 times where 8 is, and slower than the 50 %.
        var (code, output, error) = Compare(
            [],
            Times("vgg16_bs64_train", "recede", 80), Times("vgg16_p50_bs64_train", "recede", 40), Times("vgg16_p90_bs64_train", "recede", 50),
            Times("vgg16_bs64_train", "pytorch nchw", 80), Times("vgg16_p50_bs64_train", "pytorch nchw", 80), Times("vgg16_p90_bs64_train", "pytorch nchw", 60),
            Floor("vgg16_bs64_train", "recede", 20), Floor("vgg16_p50_bs64_train", "recede", 8), Floor("vgg16_p90_bs64_train", "recede", 2.5));
        Assert.That(code, Is.Zero, error);
        Assert.That(Table(output)["vgg16_p90_bs64"], Is.EqualTo(["1.20 [1.20..1.20]", "-", "1.5 / -", "NOT met / -"]));
        var pruned = Table(output, which: 1);
        Assert.That(pruned["vgg16_p50_bs64_train"], Is.EqualTo(["recede", "2.00", "2.50", "0.80", "met", "met"]));
        Assert.That(pruned["vgg16_p90_bs64_train"], Is.EqualTo(["recede", "1.60", "8.00", "0.20", "NOT met", "slower than vgg16_p50_bs64_train"]));
        Assert.That(pruned, Has.Count.EqualTo(2));
    }

    [Test]
    public void Sums_of_every_product_are_held_against_floors_of_their_own_and_against_no_peer()
    {
        // With Winograd's tiles 2 times as fast where 4 is predicted; without them 3 times where 4.
        string[] lines = [
            Times("vgg16_bs64_train", "pytorch nchw", 80), Times("vgg16_p50_bs64_train", "pytorch nchw", 60),
            Times("vgg16_bs64_train", "recede", 40), Times("vgg16_p50_bs64_train", "recede", 20),
            Times("vgg16_bs64_train", "recede direct", 45), Times("vgg16_p50_bs64_train", "recede direct", 15),
            Floor("vgg16_bs64_train", "recede", 10), Floor("vgg16_p50_bs64_train", "recede", 2.5),
            Floor("vgg16_bs64_train", "recede direct", 24), Floor("vgg16_p50_bs64_train", "recede direct", 6),
        ];
        var (code, output, error) = Compare([], lines);
        Assert.That(code, Is.Zero, error);
        Assert.That(Table(output)["vgg16_p50_bs64"], Is.EqualTo(["3.00 [3.00..3.00]", "-", "1.5 / -", "met / -"]));
        Assert.That(output, Does.Match(@"vgg16_p50_bs64_train \| recede +\| 2\.00 +\| 4\.00 +\| 0\.50 +\| NOT met"));
        Assert.That(output, Does.Match(@"vgg16_p50_bs64_train \| recede direct +\| 3\.00 +\| 4\.00 +\| 0\.75 +\| met"));

        var (refused, _, missing) = Compare([], lines[..^2]);
        Assert.That(refused, Is.Not.Zero);
        Assert.That(missing, Does.Contain("floors of recede direct: vgg16_bs64_train, vgg16_p50_bs64_train"));
    }

    [Test]
    public void A_pruned_network_without_the_one_it_is_held_against_is_an_error()
    {
        const string Step = "vgg16_p50_bs64_train";
        var (code, _, error) = Compare([], Times(Step, "recede", 40), Times(Step, "pytorch nchw", 80), Floor(Step, "recede", 8));
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain($"{Step} is held against networks without timings or floors of recede: vgg16_bs64_train"));
    }

    [Test]
    public void Memory_is_held_against_the_layout_that_takes_least()
    {
        var (code, output, error) = Compare(
            [], Memory("vgg16_bs64_train", "pytorch nchw", 500, 700), Memory("vgg16_bs64_train", "pytorch nhwc", 450, 800), Memory("vgg16_bs64_train", "recede", 460, 500));
        Assert.That(code, Is.Zero, error);
        Assert.That(Table(output)["vgg16_bs64_train"], Is.EqualTo(["pytorch nhwc", "450 (800)", "460 (500)", "NOT met"]));
    }

    [Test]
    public void The_cases_of_pruning_are_the_pruned_networks_and_those_they_are_held_against()
    {
        var (code, output, error) = Python.Run(null, Repository.PathOf("bench/peer/cases.py"), "--pruned");
        Assert.That(code, Is.Zero, error);
        string[] names = ["vgg16_bs64", "resnet56_bs64", "vgg16_p50_bs64", "vgg16_p90_bs64", "resnet56_p50_bs64", "resnet56_p90_bs64"];
        Assert.That(output.TrimEnd('\n').Split('\n'), Is.EqualTo(names.SelectMany(name => (string[])[$"{name}_train", $"{name}_infer"])));
    }

    private static string Floor(string step, string side, double ms) =>
        FormattableString.Invariant($$"""{"case":"{{step}}","side":"{{side}}","floor_ms":{{ms}},"threads":2}""");

    private static string Memory(string step, string side, double mine, double whole) =>
        FormattableString.Invariant($$"""{"case":"{{step}}","side":"{{side}}","step_mib":{{mine}},"process_mib":{{whole}},"threads":2}""");

    private static string Times(string step, string side, params double[] rounds) => string.Join('\n', rounds.Select(
        ms => FormattableString.Invariant($$"""{"case":"{{step}}","side":"{{side}}","median_ms":{{ms}},"threads":2}""")));

    private static Dictionary<string, string[]> Rows(params string[] lines)
    {
        var (code, output, error) = Compare([], lines);
        Assert.That(code, Is.Zero, error);
        return Table(output);
    }

    /// <summary>A table: the cells of a row by its first.</summary>
    private static Dictionary<string, string[]> Table(string output, int which = 0) => output.TrimEnd('\n').Split("\n\n")[which].Split('\n').Skip(2)
        .Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(cells => cells[0], cells => cells[1..]);

    private static (int Code, string Output, string Error) Compare(string[] arguments, params string[] lines)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "lines.jsonl");
        File.WriteAllText(path, $"what the build printed\n{string.Join('\n', lines)}\n");
        return Python.Run(null, [Repository.PathOf("bench/peer/compare.py"), .. arguments, path]);
    }
}
