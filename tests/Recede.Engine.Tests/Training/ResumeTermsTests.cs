using System.Globalization;
using System.Text.RegularExpressions;
using Recede.Engine.Checkpoints;
using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Tests.Checkpoints;
using Recede.Engine.Tests.Data;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Training;

/// <summary>A run goes on as it was begun, or not at all; and its time is that of all its processes.</summary>
internal sealed class ResumeTermsTests
{
    private static readonly FitOptions Recipe = new() { Epochs = 2, BatchSize = 20, LearningRate = 0.05f, Penalty = new PolarisingPenalty(0.01f, 3), Seed = 3 };

    private TemporaryFolder _folder = null!;
    private Device _device = null!;

    private string Out => Path.Combine(_folder.Path, "out");

    private string Last => Path.Combine(Out, "last.safetensors");

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _device = Device.Cpu(1);
    }

    [TearDown]
    public void TearDown()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Test]
    public void A_run_cannot_be_gone_on_with_otherwise()
    {
        Begin();
        var options = KeptRun.Options(_device);
        var images = TinyImages.Create(train: 50, test: 12);
        Assert.Multiple(() =>
        {
            Refuses(options with { Ratios = [0.5, 0.9] }, images, "ratios 0.5 and cannot go on with 0.5, 0.9");
            Refuses(options with { MinimumChannels = 2 }, images, "minimum channels 3 and cannot go on with 2");
            Refuses(options with { Method = PruningMethod.Random }, images, "method Bounded and cannot go on with Random");
            Refuses(options with { Training = options.Training with { LearningRate = 0.1f } }, images, "training: learning rate 0.05 and cannot go on with 0.1");
            Refuses(options with { FineTuning = options.FineTuning with { Flip = false } }, images, "fine-tuning: flip True and cannot go on with False");
            Refuses(options with { Training = options.Training with { Penalty = null } }, images, "training: penalty polarising, lambda 0.01, shift 3 and cannot go on with none");
            Refuses(options with { CreateNetwork = () => Networks.Create("vgg-small", _device, new NetworkOptions()) }, images, "begun with tiny: ");
            Refuses(options, TinyImages.Create(train: 51, test: 12), "tiny, 50 + 12 images of 12x12x3 in 4 classes; these are tiny, 51 + 12 images");
            Refuses(options, Changed(images), "these are as many of that size but others");
        });
        Assert.That(() => KeptRun.Run(_device, Out), Throws.Nothing, "as it was begun");
    }

    [Test]
    public void A_state_of_an_embedding_program_cannot_be_gone_on_with_otherwise()
    {
        var images = TinyImages.Create(train: 50, test: 12);
        var file = Path.Combine(_folder.Path, "fit.safetensors");
        using var network = KeptRun.Options(_device).CreateNetwork();
        using var loop = new TrainingLoop(network, images);
        var state = new FitState(network);
        using var none = new CancellationTokenSource();
        none.Cancel();
        Assert.That(() => loop.Fit(Recipe, state, null, none.Token), Throws.InstanceOf<OperationCanceledException>());
        Checkpoint.Save(file, network, state);

        using var saved = Checkpoint.Open(file);
        var data = new CheckpointData();
        saved.Restore(data);
        Assert.That(data.Identity!.Hash, Is.EqualTo(images.Identity.Hash));
        foreach (var begun in (FitState[])[state, Restored()])
        {
            Assert.That(() => loop.Fit(Recipe with { BatchSize = 10 }, begun), Throws.ArgumentException.With.Message.Contains("batch size 20 and cannot go on with 10"));
            using var other = new TrainingLoop(network, Changed(images));
            Assert.That(() => other.Fit(Recipe, begun), Throws.ArgumentException.With.Message.Contains("but others"));
            Assert.That(loop.Fit(Recipe, begun).Epochs, Has.Count.EqualTo(2));
        }

        FitState Restored()
        {
            var restored = new FitState(network);
            saved.Restore(restored);
            return restored;
        }
    }

    [Test]
    public void A_state_that_cannot_be_restored_changes_nothing()
    {
        var images = TinyImages.Create(train: 50, test: 12);
        var file = Path.Combine(_folder.Path, "fit.safetensors");
        using var network = KeptRun.Options(_device).CreateNetwork();
        using var loop = new TrainingLoop(network, images);
        var state = new FitState(network);
        loop.Fit(Recipe, state);
        Checkpoint.Save(file, network, state);
        File.WriteAllBytes(file, SavedFile.WithHeader(File.ReadAllBytes(file), header =>
            header.Replace("\\u0022data\\u0022:", "\\u0022dat\\u0022:", StringComparison.Ordinal)));

        using var saved = Checkpoint.Open(file);
        var restored = new FitState(network);
        Assert.That(() => saved.Restore(restored), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'data'"));
        Assert.That(restored.IsFresh);
        Assert.That(loop.Fit(Recipe, restored).Epochs, Has.Count.EqualTo(2));
    }

    [Test]
    public void The_time_of_a_run_is_that_of_all_its_processes()
    {
        Begin();
        var earlier = 0.0;
        File.WriteAllBytes(Last, SavedFile.WithHeader(File.ReadAllBytes(Last), header => Regex.Replace(header, @"(\\u0022seconds\\u0022:)([0-9.E-]+)(,\\u0022fit)", found =>
        {
            earlier = double.Parse(found.Groups[2].Value, CultureInfo.InvariantCulture);
            return found.Groups[1].Value + "1000" + found.Groups[3].Value;
        })));
        Assert.That(earlier, Is.GreaterThan(0));
        Assert.That(KeptRun.Run(_device, Out).WallSeconds, Is.InRange(1000, 2000));
    }

    [Test]
    public void Latencies_are_all_of_the_device_that_a_run_ends_on()
    {
        const double Forged = 1e9;
        KeptRun.Run(_device, Out);
        ForgeLatencies();
        Assert.That(Latencies(KeptRun.Run(_device, Out)), Has.All.EqualTo(Forged), "the same device: nothing is measured again");

        using var other = Device.Cpu(2);
        Assert.That(Latencies(KeptRun.Run(other, Out)), Has.Exactly(2).Items.And.All.InRange(0, Forged / 2));

        static double[] Latencies(PruningRunResult result) =>
            [result.Unpruned.LatencyMilliseconds, .. result.Pruned.Select(pruned => pruned.Result.LatencyMilliseconds)];
    }

    [Test]
    public void The_latency_of_a_training_is_of_the_device_that_it_ends_on()
    {
        const double Forged = 1e9;
        Train(_device);
        ForgeLatencies();
        Assert.That(Train(_device), Is.EqualTo(Forged), "the same device: nothing is measured again");

        using var other = Device.Cpu(2);
        Assert.That(Train(other), Is.InRange(0, Forged / 2));

        double Train(Device device)
        {
            var run = KeptRun.Options(device);
            var options = new TrainingRunOptions { CreateNetwork = run.CreateNetwork, Device = device, Training = run.Training, LatencyBatch = 1 };
            using var folder = RunFolder.Open(Out);
            return TrainingRun.Execute(options, TinyImages.Create(train: 50, test: 12), null, folder, folder.CanResume).Result.LatencyMilliseconds;
        }
    }

    private void ForgeLatencies() => File.WriteAllBytes(Last, SavedFile.WithHeader(
        File.ReadAllBytes(Last), header => Regex.Replace(header, @"(\\u0022latencyMs\\u0022:)([0-9.E+-]+)", "${1}1000000000")));

    // One that was cancelled before its first step.
    private void Begin()
    {
        using var none = new CancellationTokenSource();
        none.Cancel();
        Assert.That(() => KeptRun.Run(_device, Out, cancellation: none.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    private void Refuses(PruningRunOptions options, DatasetPair images, string says)
    {
        using var folder = RunFolder.Open(Out);
        Assert.That(() => PruningRun.Execute(options, images, null, folder, resume: true), Throws.ArgumentException.With.Message.Contains(says));
    }

    private static DatasetPair Changed(DatasetPair images)
    {
        var test = (ImageDataset)images.Test;
        var bytes = test.Images.ToArray();
        bytes[^1] ^= 1;
        return new DatasetPair(images.Train, new ImageDataset(test.Name, test.Height, test.Width, test.Channels, test.Classes, bytes, test.Labels, test.Normalization));
    }
}
