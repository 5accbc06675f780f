using System.Text.Json;
using Recede.Engine.Checkpoints;
using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Tests.Data;
using Recede.Engine.Training;
using Recede.Trainer;

namespace Recede.Engine.Tests.Trainer;

/// <summary><c>recede train, prune, finetune, eval</c>: a run step by step, from file to file.</summary>
internal sealed class StepCommandsTests
{
    private static readonly string[] Small =
        ["--train-images", "96", "--test-images", "48", "--batch", "32", "--latency-batch", "2", "--threads", "1", "--device", "cpu"];

    private static readonly string[] Measured = ["--test-images", "48", "--latency-batch", "2", "--threads", "1", "--device", "cpu"];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void A_network_goes_from_step_to_step()
    {
        var (a, b, c) = (In("a"), In("b"), In("c"));
        var trained = Done(["train", .. Small, "--epochs", "1", "--lambda", "0.1", "--out", a]);
        Assert.That(trained.Output, Does.Contain("Train, 1 epoch").And.Contain("Importances after epoch 1").And.Contain("all figures are in"));
        Assert.That(Names(a), Is.EqualTo(new[] { ".recede-lock", "best.safetensors", "last.safetensors", "train.json", "trained.safetensors" }));
        using var train = Json(a, "train.json");
        Assert.That(Text(train, "format", "network", "device"), Is.EqualTo("recede-training vgg-small cpu"));
        Assert.That(train.RootElement.GetProperty("before").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(train.RootElement.GetProperty("history").GetArrayLength(), Is.EqualTo(1));
        Assert.That(train.RootElement.GetProperty("importances")[0].GetArrayLength(), Is.EqualTo(20));

        var pruned = Done("prune", Path.Combine(a, "trained.safetensors"), "--ratios", "0.5,0.9", "--carry-momentum", "--out", b);
        Assert.That(pruned.Output, Does.Contain("Pruned 50 %: 272 of 544 channels went").And.Contain("Pruned 90 %").And.Contain("Written: pruned-50.safetensors, pruned-90.safetensors"));
        Assert.That(Names(b), Is.EqualTo(new[] { ".recede-lock", "prune.json", "pruned-50.safetensors", "pruned-90.safetensors" }));
        using var prune = Json(b, "prune.json");
        var half = prune.RootElement.GetProperty("pruned")[0];
        Assert.That(half.GetProperty("widths").EnumerateObject().Sum(width => width.Value.GetInt32()), Is.EqualTo(272));

        var tuned = Done(["finetune", Path.Combine(b, "pruned-50.safetensors"), .. Small, "--epochs", "1", "--carry-momentum", "--out", c]);
        Assert.That(tuned.Output, Does.Contain("Fine-tune, 1 epoch").And.Contain("with its momentum").And.Contain(" before"));
        using var tune = Json(c, "finetune.json");
        Assert.That(tune.RootElement.GetProperty("fineTuning").GetBoolean(), Is.True);
        Assert.That(tune.RootElement.GetProperty("parameters").GetInt64(), Is.EqualTo(half.GetProperty("parameters").GetInt64()));

        // The file alone says which images, and what they are normalised by.
        var evaluated = Done(["eval", Path.Combine(c, "best.safetensors"), .. Measured, "--out", c]);
        Assert.That(evaluated.Output, Does.Contain("fashion-mnist-subset (embedded)").And.Contain("of 48 test images"));
        using var eval = Json(c, "eval.json");
        foreach (var field in (string[])["accuracy", "loss", "parameters", "flops"])
        {
            Assert.That(eval.RootElement.GetProperty(field).GetDouble(), Is.EqualTo(tune.RootElement.GetProperty(field).GetDouble()), field);
        }

        foreach (var run in (ProgramRun[])[trained, pruned, tuned, evaluated])
        {
            Assert.That(run.OutputLines, Has.All.Length.LessThanOrEqualTo(80 + c.Length));
            Assert.That(run.Output.All(character => character is '\n' or '\r' or (>= ' ' and <= '~')), Is.True);
        }
    }

    [TestCase("train")]
    [TestCase("finetune")]
    public void What_was_ended_goes_on_to_the_same_bits(string command)
    {
        string[] begin = command == "train" ? ["train", .. Small, "--lambda", "0.1", "--epochs", "2"] : ["finetune", SavedNetwork(EmbeddedFashionMnist.Open().Identity), .. Small, "--epochs", "2"];
        var (whole, ended) = (In("whole"), In("ended"));
        Done([.. begin, "--out", whole]);
        using var none = new CancellationTokenSource();
        none.Cancel();
        var cancelled = ProgramRun.Of([.. begin, "--out", ended, "--quiet"], none.Token);
        Assert.That(cancelled.ExitCode, Is.EqualTo(130));
        Assert.That(cancelled.Error, Does.Contain($"go on with it by recede {command} --resume --out {ended}"));

        Refused([command, "--resume", "--out", ended, "--epochs", "3"], 2, $"--epochs 3: the run in {ended} was begun with 2, and --resume");
        Refused([command, "--resume", "--out", ended, "--train-images", "95"], 2, $"--train-images 95: the run in {ended} was begun with 96");
        Refused(["run", "--resume", "--out", ended], 2, $"holds what recede {command} began");
        var resumed = Done(command, "--resume", "--out", ended, "--batch", "32", "--threads", "2");
        Assert.That(resumed.Output, Does.Contain("2/2"), "--quiet is not kept");
        foreach (var name in (string[])["best.safetensors", "trained.safetensors"])
        {
            Assert.That(File.ReadAllBytes(Path.Combine(ended, name)), Is.EqualTo(File.ReadAllBytes(Path.Combine(whole, name))), name);
        }
    }

    [Test]
    public void Other_images_are_refused_and_the_same_may_lie_elsewhere()
    {
        var (one, moved, other, shape) = (Images("one", 1), Images("moved", 1), Images("other", 2), Images("shape", 1, size: 20));
        var ended = In("ended");
        using var none = new CancellationTokenSource();
        none.Cancel();
        ProgramRun.Of(["train", "--data", one, "--batch", "32", "--threads", "1", "--device", "cpu", "--epochs", "1", "--out", ended], none.Token);
        Refused(["train", "--resume", "--out", ended, "--data", other], 1, "begun with one, 40 + 20 images of 28x28x1 in 10 classes, whose SHA-256 is ");
        Refused(["train", "--resume", "--out", ended, "--data", shape], 1, "images of 28x28x1 in 10 classes; these are shape, 40 + 20 images of 20x20x1");
        File.Copy(Path.Combine(moved, "train-images-idx3-ubyte"), Path.Combine(other, "train-images-idx3-ubyte"), overwrite: true);
        Directory.Delete(one, recursive: true);
        Done("train", "--resume", "--out", ended, "--data", moved);

        var best = Path.Combine(ended, "best.safetensors");
        Refused(["eval", best], 2, "was trained on moved: give --data");
        Refused(["eval", best, "--data", shape, "--device", "cpu"], 1, "vgg-small takes images [1,28,28,1] of 10 classes; shape has [1,20,20,1] of 10");
        Assert.That(
            Done("eval", best, "--data", other, "--device", "cpu", "--threads", "1", "--latency-batch", "1").Output,
            Does.Contain("on moved; images are normalised as then"));
    }

    [Test]
    public void Images_larger_than_the_networks_are_cropped_whatever_their_folder_is_called()
    {
        using var data = DatasetCatalog.Open(Images("small", 1));
        var evaluated = Done("eval", SavedNetwork(data.Identity), "--data", Images("large", 1, size: 30), "--device", "cpu", "--threads", "1", "--latency-batch", "1");
        Assert.That(evaluated.Output, Does.Contain("large (").And.Contain("40 + 20 images, 28x28x1"));
    }

    [Test]
    public void Pruning_writes_over_nothing_that_took_long()
    {
        var file = SavedNetwork();
        var plain = Done("prune", file);
        Assert.That(plain.Output, Does.Contain("Nothing is written"));
        Assert.That(Done("prune", file, "--rule", "uniform", "--ratios", "0.5").Output, Does.Contain("the same share of each layer").And.Contain("->           8  8 16 16 32 32 32  64  64"));
        Assert.That(
            Widths(Done("prune", file, "--rule", "random", "--seed", "3", "--ratios", "0.5")),
            Is.EqualTo(Widths(Done("prune", file, "--ratios", "0.5"))));
        Refused(["prune", file, "--carry-momentum"], 2, "holds no momentum");
        Refused(["prune", file, "--rule", "best"], 2, "--rule best: expected one of global, uniform, random");
        Refused(["prune", file, "--seed", "3"], 2, "--seed: the rule global draws nothing");
        File.Move(file, Path.Combine(_folder.Path, "pruned-50.safetensors"));
        Refused(["prune", Path.Combine(_folder.Path, "pruned-50.safetensors"), "--out", _folder.Path], 2, "would replace FILE");
        File.WriteAllText(Path.Combine(_folder.Path, "last.safetensors"), "");
        Refused(["prune", Path.Combine(_folder.Path, "pruned-50.safetensors"), "--ratios", "0.7", "--out", _folder.Path], 2, "holds a run: give another folder");

        static string[] Widths(ProgramRun run) => [.. run.OutputLines.Where(line => line.TrimStart().StartsWith("->", StringComparison.Ordinal))];
    }

    [TestCase("best")]
    [TestCase("trained")]
    [TestCase("epoch-0003")]
    public void Fine_tuning_replaces_no_file_that_it_was_given(string name)
    {
        var file = In(name + ".safetensors");
        File.Move(SavedNetwork(EmbeddedFashionMnist.Open().Identity), file);
        var bytes = File.ReadAllBytes(file);

        Refused(["finetune", file, .. Small, "--epochs", "1", "--out", Path.Combine(_folder.Path, ".")], 2, $"the run would replace FILE, {file}: give another folder");
        Assert.That(File.ReadAllBytes(file), Is.EqualTo(bytes));
    }

    [TestCase("eval")]
    [TestCase("prune")]
    [TestCase("finetune")]
    [TestCase("inspect")]
    public void A_file_that_is_none_is_told(string command)
    {
        Refused([command], 2, "a FILE is missing, the checkpoint");
        Refused([command, ""], 2, "FILE '': expected a checkpoint");
        Refused([command, "--verbose"], 2, $"'--verbose' is not known here; see recede {command} --help");
        Refused([command, "--helpp", In("none")], 2, "'--helpp' is not known here");
        Refused([command, _folder.Path], 2, "this is a folder");
        Refused([command, In("none")], 1, "none");
        File.WriteAllText(In("empty"), "");
        Refused([command, In("empty")], 1, "no sound checkpoint: the file has 0 bytes");
    }

    [Test]
    public void An_interrupted_evaluation_ends_with_130()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();

        var run = ProgramRun.Of(["eval", SavedNetwork(EmbeddedFashionMnist.Open().Identity), .. Measured], cancellation.Token);

        Assert.That(run.ExitCode, Is.EqualTo(130));
        Assert.That(run.ErrorLines, Is.EqualTo(new[] { "recede: interrupted; nothing of it is kept: it is begun again" }));
    }

    [Test]
    public void A_checkpoint_that_says_nothing_of_images_asks_for_them()
    {
        var file = SavedNetwork();
        Refused(["eval", file], 2, "does not say what images its network was trained on: give --data");
    }

    [Test]
    public void A_mistyped_option_before_FILE_is_the_one_that_is_told()
    {
        Refused(["eval", "--test-image", "48", In("none")], 2, "'--test-image' is not known here; did you mean --test-images? See recede eval --help");
        Refused(["eval", "--quiet", In("none")], 2, "'--quiet' is not known here");
        Refused(["prune", In("none"), "--ratio", "0.5"], 2, "'--ratio' is not known here; did you mean --ratios?");
    }

    private static ProgramRun Done(params IReadOnlyList<string> args)
    {
        var run = ProgramRun.Of(args);
        Assert.That((run.ExitCode, run.Error), Is.EqualTo((0, "")), string.Join(' ', args));
        return run;
    }

    private static void Refused(IReadOnlyList<string> args, int exitCode, string says)
    {
        var run = ProgramRun.Of(args);
        Assert.That(run.Error, Does.Contain(says), string.Join(' ', args));
        Assert.That((run.ExitCode, run.ErrorLines.Length), Is.EqualTo((exitCode, 1)), string.Join(' ', args));
    }

    private static string[] Names(string folder) =>
        [.. Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static JsonDocument Json(string folder, string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, name)));

    private static string Text(JsonDocument json, params string[] fields) =>
        string.Join(' ', fields.Select(field => json.RootElement.GetProperty(field).GetString()));

    private string In(string name) => Path.Combine(_folder.Path, name);

    // As an embedding program saves one.
    private string SavedNetwork(DatasetIdentity? trained = null)
    {
        using var device = Device.Cpu(1);
        using var network = Networks.Create("vgg-small", device, new NetworkOptions { Height = 28, Width = 28, Channels = 1, Seed = 2 });
        Checkpoint.Save(In("own.safetensors"), network, new CheckpointData(trained));
        return In("own.safetensors");
    }

    private string Images(string name, int seed, int size = 28)
    {
        Directory.CreateDirectory(In(name));
        foreach (var (stem, count) in ((string, int)[])[("train", 40), ("t10k", 20)])
        {
            File.WriteAllBytes(Path.Combine(In(name), $"{stem}-images-idx3-ubyte"), DataBytes.IdxImages(count, size, size, seed));
            File.WriteAllBytes(Path.Combine(In(name), $"{stem}-labels-idx1-ubyte"), DataBytes.IdxLabels(count));
        }

        return In(name);
    }
}
