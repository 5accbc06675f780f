namespace Recede.Engine.Tests.Trainer;

/// <summary>What is asked wrongly ends at once: exit code 2, one line that says what, nothing begun.</summary>
public sealed class UsageTests
{
    private static readonly string[][] Wrong =
    [
        // Arguments, then what the line must hold.
        ["--epochs", "0", "|", "--epochs 0: expected a whole number of 1 or more"],
        ["--epochs", "-3", "|", "--epochs -3"],
        ["--epochs", "1.5", "|", "--epochs 1.5: expected a whole number"],
        ["--epochs", "99999999999", "|", "--epochs 99999999999"],
        ["--epochs", "|", "--epochs: expected a value"],
        ["--epochs", "1", "--epochs", "2", "|", "--epochs: expected once, given 2 times"],
        ["--finetune-epochs", "-1", "|", "--finetune-epochs -1: expected a whole number of 0 or more"],
        ["--batch", "0", "|", "--batch 0: expected a whole number of 1 or more"],
        ["--threads", "0", "|", "--threads 0: expected a whole number from 1 to 1024"],
        ["--threads", "1025", "|", "--threads 1025"],
        ["--latency-batch", "0", "|", "--latency-batch 0"],
        ["--winograd", "maybe", "|", "--winograd maybe"],
        ["--min-channels", "0", "|", "--min-channels 0"],
        ["--train-images", "0", "|", "--train-images 0"],
        ["--train-images", "10001", "|", "--train-images 10001: expected at most the 10000 training images of fashion-mnist-subset"],
        ["--test-images", "2001", "|", "--test-images 2001: expected at most the 2000 test images"],
        ["--seed", "-1", "|", "--seed -1: expected a whole number of 0 or more"],
        ["--lr", "NaN", "|", "--lr NaN: expected a number above 0"],
        ["--lr", "Infinity", "|", "--lr Infinity"],
        ["--lr", "1e60", "|", "--lr 1e60"],
        ["--lr", "0", "|", "--lr 0"],
        ["--lr", "0,1", "|", "--lr 0,1"],
        ["--finetune-lr", "-inf", "|", "--finetune-lr -inf"],
        ["--weight-decay", "-1", "|", "--weight-decay -1: expected a number of 0 or more"],
        ["--label-smoothing", "1", "|", "--label-smoothing 1: expected a number of 0 or more, below 1"],
        ["--warmup", "-1", "|", "--warmup -1: expected a number of epochs, 0 or more"],
        ["--warmup", "8", "|", "--warmup 8: expected less than the 8 epochs"],
        ["--lambda", "much", "|", "--lambda much: expected a number of 0 or more, or auto"],
        ["--lambda", "-1", "|", "--lambda -1"],
        ["--lambda", "NaN", "|", "--lambda NaN"],
        ["--lambda", "0.1", "--method", "uniform", "|", "uniform has no penalty"],
        ["--shift", "b", "|", "--shift b: expected a number"],
        ["--shift", "1", "--method", "l1", "|", "--shift"],
        ["--ratios", "0", "|", "--ratios 0: expected numbers above 0 and below 1, separated by commas, each once"],
        ["--ratios", "1", "|", "--ratios 1:"],
        ["--ratios", "-1", "|", "--ratios -1:"],
        ["--ratios", "NaN", "|", "--ratios NaN:"],
        ["--ratios", "abc", "|", "--ratios abc:"],
        ["--ratios", "", "|", "--ratios '':"],
        ["--ratios", "0.5,", "|", "--ratios 0.5,:"],
        ["--ratios", "0.5,0.9,0.50", "|", "--ratios 0.5,0.9,0.50:"],
        ["--ratios", "0.9,0.90001", "|", "--ratios 0.9,0.90001: expected numbers above 0 and below 1, separated by commas, each once (to 0.01 %)"],
        ["--ratios", "0.5", "0.9", "|", "'0.9' is not known here"],
        ["--network", "vgg-17", "|", "--network vgg-17: expected one of vgg-small, vgg-11,"],
        ["--method", "best", "|", "--method best: expected one of bounded, l1, uniform, random"],
        ["--schedule", "flat", "|", "--schedule flat: expected one of step, cosine"],
        ["--augment", "crop+rotate", "|", "--augment crop+rotate: expected one of none, crop, flip, crop+flip"],
        ["--device", "gpu", "|", "--device gpu: expected one of cpu, auto, cuda"],
        ["--precision", "half", "|", "--precision half: expected one of float32, tf32, bfloat16"],
        ["--precision", "bfloat16", "--device", "cpu", "|", "--precision bfloat16: the CPU computes in float32; expected --device cuda"],
        ["--precision", "tf32", "--device", "cpu", "|", "--precision tf32: the CPU computes in float32; expected --device cuda"],
        ["--preset", "vgg", "|", "--preset vgg: expected one of fashion-mnist, vgg16-cifar10,"],
        ["--preset", "vgg16-cifar10", "|", "--preset vgg16-cifar10 needs its data: give --data cifar10, or the folder of CIFAR-10's"],
        ["--preset", "resnet56-cifar100", "|", "the folder of CIFAR-100's"],
        ["--data", "no/such/folder", "|", "--data no/such/folder: expected a folder, or one of the names fashion-mnist, mnist, cifar10, cifar100"],
        ["--data", "", "|", "--data '': expected a folder"],
        ["--out", "", "|", "--out '': expected a folder"],
        ["--epoch", "3", "|", "'--epoch' is not known here; did you mean --epochs?"],
        ["--quiet", "true", "|", "'true' is not known here"],
        ["@file", "|", "'@file' is not known here"],
    ];

    private static IEnumerable<TestCaseData> WrongRuns => Wrong.Select(row =>
    {
        var bar = Array.IndexOf(row, "|");
        return new TestCaseData((object)(string[])["run", .. row[..bar]], row[bar + 1])
            .SetName($"Wrong_options_are_told({string.Join(" ", row[..bar])})");
    });

    [TestCaseSource(nameof(WrongRuns))]
    public void Wrong_options_are_told(string[] args, string expected)
    {
        var run = ProgramRun.Of(args);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(run.ErrorLines[0], Does.StartWith("recede: ").And.Contain(expected));
        Assert.That(run.Output, Is.Empty);
    }

    [Test]
    public void A_missing_command_is_told()
    {
        var run = ProgramRun.Of();

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.ErrorLines, Is.EqualTo(new[] { "recede: a command is missing, such as recede run; see recede --help" }));
    }

    [Test]
    public void A_mistyped_command_is_told()
    {
        var run = ProgramRun.Of("runn");

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.ErrorLines, Is.EqualTo(new[] { "recede: 'runn' is not known here; did you mean run? See recede --help" }));
    }

    [Test]
    public void A_file_given_as_data_is_told()
    {
        var run = ProgramRun.Of("run", "--data", typeof(UsageTests).Assembly.Location);

        Assert.That(run.ExitCode, Is.EqualTo(2));
        Assert.That(run.Error, Does.Contain("this is a file"));
    }

    [Test]
    public void The_version_is_the_engines()
    {
        var run = ProgramRun.Of("--version");

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.OutputLines, Is.EqualTo(new[] { EngineInfo.Version }));
    }

    [TestCase("--help")]
    [TestCase("run", "--help")]
    [TestCase("devices", "--help")]
    [TestCase("train", "--help")]
    [TestCase("prune", "--help")]
    [TestCase("finetune", "--help")]
    [TestCase("eval", "--help")]
    [TestCase("inspect", "--help")]
    [TestCase("run", "-h", "--epochs", "0")]
    public void The_help_fits_80_columns_and_is_plain(params string[] args)
    {
        var run = ProgramRun.Of(args);

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Error, Is.Empty);
        Assert.That(run.OutputLines, Has.All.Length.LessThanOrEqualTo(80));
        Assert.That(run.Output, Does.Contain($"recede {(args[0] == "--help" ? "run" : args[0])}"));
        Assert.That(run.Output.All(c => c is '\n' or '\r' or (>= ' ' and <= '~')), Is.True);
    }

    [Test]
    public void The_help_of_run_tells_every_option_with_its_default()
    {
        var text = string.Join(" ", ProgramRun.Of("run", "--help").Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

        foreach (var part in (string[])
            [
                "--preset NAME", "--network NAME", "--method NAME", "--ratios LIST", "--epochs N", "--finetune-epochs N",
                "--batch N", "--lr RATE", "--finetune-lr RATE", "--schedule KIND", "--warmup EPOCHS", "--weight-decay X",
                "--label-smoothing X", "--lambda X|auto", "--shift B", "--min-channels N", "--carry-momentum", "--augment KIND",
                "--train-images N", "--test-images N", "--data NAME|DIR", "--data-url URL", "--image-size S", "--device NAME", "--precision NAME", "--seed N", "--threads N",
                "--latency-batch N", "--out DIR", "--quiet", "Default: vgg-small.", "Default: 8.", "Default: 0.1.",
                "Default: 0.05.", "Default: 0.0001.", "Default: cosine.", "Default: 0.5,0.9.", "vgg16-cifar10",
            ])
        {
            Assert.That(text, Does.Contain(part));
        }
    }
}
