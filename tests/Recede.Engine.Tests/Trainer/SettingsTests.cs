using System.CommandLine;
using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Training;
using Recede.Trainer;
using Recede.Trainer.Options;

namespace Recede.Engine.Tests.Trainer;

/// <summary>What a command line asks for: defaults, presets as method.md gives them, options that win over presets.</summary>
public sealed class SettingsTests
{
    private static RunSettings Settings(params string[] args)
    {
        var options = new RunOptions();
        var command = new Command("run");
        foreach (var option in options.Groups.SelectMany(group => group.Options))
        {
            command.Add(option);
        }

        var line = new RootCommand { command }.Parse(["run", .. args]);
        Assert.That(line.Errors, Is.Empty);
        return options.Resolve(line, _ => throw new InvalidOperationException("Nothing is resumed."));
    }

    private static DatasetPair Images(int train)
    {
        var all = EmbeddedFashionMnist.Open();
        return new DatasetPair(all.Train.Subset(train), all.Test);
    }

    [Test]
    public void Without_arguments_it_is_the_short_run()
    {
        var settings = Settings();

        Assert.Multiple(() =>
        {
            Assert.That(settings.Train.Preset, Is.Null);
            Assert.That(settings.Train.Data.Source, Is.Null);
            Assert.That(settings.Train.Model.Network, Is.EqualTo("vgg-small"));
            Assert.That(settings.Train.Model.Method, Is.EqualTo(PruningMethod.Bounded));
            Assert.That(settings.Pruning.Ratios, Is.EqualTo(new[] { 0.5, 0.9 }));
            Assert.That(settings.Train.Training.Epochs, Is.EqualTo(8));
            Assert.That(settings.Train.Training.BatchSize, Is.EqualTo(64));
            Assert.That(settings.Train.Training.Decay, Is.EqualTo(LearningRateDecay.Cosine));
            Assert.That(settings.Train.Training.LearningRate, Is.EqualTo(0.1f));
            Assert.That(settings.FineTuneEpochs, Is.EqualTo(3));
            Assert.That(settings.FineTuneLearningRate, Is.EqualTo(0.05f));
            Assert.That(settings.Train.Model.Shift, Is.EqualTo(3));
            Assert.That((settings.Train.Training.CropPadding, settings.Train.Training.Flip), Is.EqualTo((0, false)));
            Assert.That(settings.Train.Training.Seed, Is.EqualTo(1));
            Assert.That(settings.Pruning.MinimumChannels, Is.EqualTo(3));
            Assert.That(settings.Train.Training.WeightDecay, Is.EqualTo(1e-4f));
        });
    }

    [TestCase("vgg16-cifar10", "cifar-10", "vgg-16", 1e-3f, 3f, 1e-4f)]
    [TestCase("vgg16-cifar100", "cifar-100", "vgg-16", 1e-3f, 3f, 1e-4f)]
    [TestCase("resnet56-cifar10", "cifar-10", "resnet-56", 1e-4f, 0f, 1e-5f)]
    [TestCase("resnet56-cifar100", "cifar-100", "resnet-56", 1e-4f, 0f, 1e-5f)]
    public void Presets_are_the_published_recipes(string name, string dataset, string network, float lambda, float shift, float l1)
    {
        var folder = Path.GetTempPath();
        var settings = Settings("--preset", name, "--data", folder);

        Assert.Multiple(() =>
        {
            Assert.That(settings.Train.Preset!.Dataset, Is.EqualTo(dataset));
            Assert.That(settings.Train.Model.Network, Is.EqualTo(network));
            Assert.That(settings.Train.Model.Method, Is.EqualTo(PruningMethod.Bounded));
            Assert.That(settings.Train.Training.Epochs, Is.EqualTo(160));
            Assert.That(settings.FineTuneEpochs, Is.EqualTo(160));
            Assert.That(settings.Train.Training.BatchSize, Is.EqualTo(64));
            Assert.That(settings.Train.Training.LearningRate, Is.EqualTo(0.1f));
            Assert.That(settings.FineTuneLearningRate, Is.EqualTo(0.1f));
            Assert.That(settings.Train.Training.Decay, Is.EqualTo(LearningRateDecay.Step));
            Assert.That(settings.Train.Training.WarmUpEpochs, Is.Zero);
            Assert.That(settings.Train.Training.WeightDecay, Is.EqualTo(1e-4f));
            Assert.That(settings.Train.Training.LabelSmoothing, Is.Zero);
            Assert.That((settings.Train.Training.CropPadding, settings.Train.Training.Flip), Is.EqualTo((4, true)));
            Assert.That(settings.Train.Model.Lambda, Is.EqualTo(lambda));
            Assert.That(settings.Train.Model.Shift, Is.EqualTo(shift));
            Assert.That(settings.Pruning.MinimumChannels, Is.EqualTo(3));
            Assert.That(settings.CarryMomentum, Is.False);
            Assert.That(Settings("--preset", name, "--data", folder, "--method", "l1").Train.Model.Lambda, Is.EqualTo(l1));
        });
    }

    [Test]
    public void Options_win_over_the_preset_on_either_side_of_it()
    {
        var folder = Path.GetTempPath();
        var settings = Settings("--epochs", "2", "--lambda", "auto", "--preset", "vgg16-cifar10", "--data", folder, "--augment", "crop", "--lr", "0.02");

        Assert.Multiple(() =>
        {
            Assert.That(settings.Train.Training.Epochs, Is.EqualTo(2));
            Assert.That(settings.Train.Model.Lambda, Is.Null);
            Assert.That((settings.Train.Training.CropPadding, settings.Train.Training.Flip), Is.EqualTo((4, false)));
            Assert.That(settings.Train.Training.LearningRate, Is.EqualTo(0.02f));
            Assert.That(settings.FineTuneEpochs, Is.EqualTo(160));
        });
    }

    [Test]
    public void A_network_of_the_other_family_does_not_get_the_presets_penalty()
    {
        var folder = Path.GetTempPath();
        var other = Settings("--preset", "vgg16-cifar10", "--data", folder, "--network", "resnet-20");
        var same = Settings("--preset", "vgg16-cifar10", "--data", folder, "--network", "vgg-11");

        Assert.That((other.Train.Model.Lambda, other.Train.Model.Shift), Is.EqualTo(((float?)null, 0f)));
        Assert.That((same.Train.Model.Lambda, same.Train.Model.Shift), Is.EqualTo(((float?)1e-3f, 3f)));
    }

    [TestCase("vgg-small", "bounded", 0.0995f, 3f)]
    [TestCase("resnet-20", "bounded", 0.00995f, 0f)]
    [TestCase("vgg-small", "random", 0.0995f, 3f)]
    public void An_automatic_lambda_is_the_published_one_scaled_to_the_steps(string network, string method, float lambda, float shift)
    {
        using var device = Device.Cpu(1);
        var run = Settings("--network", network, "--method", method).CreateRun(device, Images(10_000));

        // 8 epochs of 157 steps, the last of an epoch short.
        var penalty = (PolarisingPenalty)run.Training.Penalty!;
        Assert.That(penalty.Lambda, Is.EqualTo(lambda).Within(0.1).Percent);
        Assert.That(penalty.Shift, Is.EqualTo(shift));
        Assert.That(run.FineTuning.Penalty, Is.Null);
    }

    [Test]
    public void The_baselines_have_plain_norms_and_their_penalties()
    {
        using var device = Device.Cpu(1);
        var l1 = Settings("--method", "l1", "--lambda", "0.02").CreateRun(device, Images(10));
        var uniform = Settings("--method", "uniform").CreateRun(device, Images(10));
        var none = Settings("--lambda", "0").CreateRun(device, Images(10));
        using var network = l1.CreateNetwork();

        Assert.Multiple(() =>
        {
            Assert.That(l1.Training.Penalty, Is.EqualTo(new L1Penalty(0.02f)));
            Assert.That(network.Norms, Has.All.InstanceOf<BatchNorm>());
            Assert.That(uniform.Training.Penalty, Is.Null);
            Assert.That(none.Training.Penalty, Is.Null);
        });
    }

    [TestCase("float32", false, ElementType.Float32)]
    [TestCase("tf32", true, ElementType.Float32)]
    [TestCase("bfloat16", false, ElementType.BFloat16)]
    public void A_precision_is_what_the_GPU_is_opened_with(string name, bool tf32, ElementType activations)
    {
        var options = Settings("--device", "cuda", "--precision", name).Train.Machine.CreateCudaOptions();
        Assert.That((options.AllowTf32, options.ActivationType), Is.EqualTo((tf32, activations)));
        Assert.That(Settings().Train.Machine.Precision, Is.EqualTo("float32"));
    }

    [Test]
    public void Fine_tuning_is_the_same_recipe_without_penalty_and_warm_up()
    {
        using var device = Device.Cpu(1);
        var run = Settings("--warmup", "2", "--label-smoothing", "0.1", "--augment", "flip", "--carry-momentum", "--weight-decay", "0.01", "--seed", "7")
            .CreateRun(device, Images(100));

        Assert.That(run.Training.WarmUpEpochs, Is.EqualTo(2));
        Assert.That(run.FineTuning, Is.EqualTo(run.Training with
        {
            Epochs = 3,
            LearningRate = 0.05f,
            WarmUpEpochs = 0,
            Penalty = null,
            CarryMomentum = true,
        }));
        Assert.That(run.Seed, Is.EqualTo(7));
    }
}
