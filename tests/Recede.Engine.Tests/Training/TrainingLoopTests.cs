using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Tests.Support;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Training;

/// <summary>The loop: it learns, it repeats itself bit for bit, it stops where a number goes bad.</summary>
[TestFixture(CpuTestDevice.Name)]
[TestFixture(CudaTestDevice.Name, Category = CudaTestDevice.Category)]
internal sealed class TrainingLoopTests(string device) : DeviceFixture(device)
{
    private static FitOptions Options(int epochs) => new()
    {
        Epochs = epochs,
        BatchSize = 20,
        LearningRate = 0.05f,
        Decay = LearningRateDecay.Cosine,
        Penalty = new PolarisingPenalty(0.01f, 3),
        CropPadding = 2,
        Flip = true,
        Seed = 11,
    };

    private static Network Create(Device device, string kind = "vgg") => kind switch
    {
        "vgg" => Vgg.Cifar("tiny-vgg", device, [8, 0, 19, 0, 24], Shape()),
        _ => ResNet.Cifar("tiny-resnet", device, 1, [8, 16, 20], Shape()),
    };

    private static NetworkOptions Shape() =>
        new() { Height = TinyImages.Size, Width = TinyImages.Size, Classes = TinyImages.Classes, Seed = 5 };

    [TestCase("vgg")]
    [TestCase("resnet")]
    public void ItLearns(string kind)
    {
        using var device = Kind.Open();
        using var network = Create(device, kind);
        using var trainer = new TrainingLoop(network, TinyImages.Create());
        var untrained = trainer.Evaluate(TinyImages.Create().Test);
        var result = trainer.Fit(Options(20) with { Flip = false });
        Assert.That(result.Final.Accuracy, Is.GreaterThanOrEqualTo(0.8));
        Assert.That(result.Final.Loss, Is.LessThan(untrained.Loss));
        Assert.That(result.Epochs, Has.Count.EqualTo(20));
        Assert.That(result.Epochs[^1].Importances.Sum(), Is.EqualTo(network.Norms.Sum(n => n.Space.Width)));
    }

    [TestCase("vgg")]
    [TestCase("resnet")]
    public void TheSameBitsWithOneTwoAndFiveThreads(string kind)
    {
        var expected = Parameters(kind, 1);
        foreach (var threads in (int[])[2, 5])
        {
            var actual = Parameters(kind, threads);
            for (var i = 0; i < expected.Length; i++)
            {
                TensorAssert.AreSameBits(actual[i], expected[i], $"{threads} threads, parameter {i}");
            }
        }

        static float[][] Parameters(string kind, int threads)
        {
            using var device = Device.Cpu(threads);
            using var network = Create(device, kind);
            using var trainer = new TrainingLoop(network, TinyImages.Create());
            trainer.Fit(Options(2));
            trainer.Prune(OneShot.Plan(network, 0.5));
            trainer.Fit(Options(1) with { Penalty = null, CarryMomentum = true });
            return [.. network.Parameters.Select(p => p.ToArray())];
        }
    }

    [Test]
    public void TheBestEpochIsKept()
    {
        using var device = Kind.Open();
        using var network = Create(device);
        using var trainer = new TrainingLoop(network, TinyImages.Create());
        var result = trainer.Fit(Options(5));
        var best = result.Epochs.Max(e => e.Test.Accuracy);
        Assert.That(result.Epochs[result.BestEpoch - 1].Test.Accuracy, Is.EqualTo(best));
        Assert.That(result.Final.Accuracy, Is.EqualTo(best));
        Assert.That(trainer.Evaluate(TinyImages.Create().Test).Accuracy, Is.EqualTo(best));
    }

    [Test]
    public void APoisonedWeightStopsTheRunAndIsNamed()
    {
        using var device = Kind.Open();
        using var network = Create(device);
        var weight = network.Parameters.Single(p => p.Path == "features.4.weight");
        var values = weight.ToArray();
        values[17] = float.NaN;
        weight.Set(values);
        using var trainer = new TrainingLoop(network, TinyImages.Create());
        var error = Assert.Throws<TrainingDivergedException>(() => trainer.Fit(Options(1)))!;
        Assert.That(error.Message, Does.Contain("epoch 1, step 1").And.Contain("features.4.weight"));
    }

    [Test]
    public void AnOverflowStopsTheRunAndNamesTheOp()
    {
        using var device = Kind.Open();
        using var network = Create(device);
        var weight = network.Parameters.Single(p => p.Path == "classifier.weight");
        weight.Set([.. Enumerable.Repeat(3e38f, (int)weight.Shape.Count)]);
        using var trainer = new TrainingLoop(network, TinyImages.Create());
        var before = network.Parameters[0].ToArray();
        var error = Assert.Throws<TrainingDivergedException>(() => trainer.Fit(Options(1)))!;
        Assert.That(error.Message, Does.Contain("epoch 1, step 1").And.Contain("Linear classifier"));
        TensorAssert.AreSameBits(network.Parameters[0].ToArray(), before, "weights after the stop");
    }

    [Test]
    public void AnUpdateThatOverflowsInTheLastStepIsFoundToo()
    {
        using var device = Kind.Open();
        using var network = Create(device);
        using var trainer = new TrainingLoop(network, TinyImages.Create(train: 20, test: 4));
        var error = Assert.Throws<TrainingDivergedException>(
            () => trainer.Fit(Options(1) with { LearningRate = 1e38f, Decay = LearningRateDecay.Step, Penalty = null }))!;
        Assert.That(error.Message, Does.Contain("after epoch 1").And.Contain("is not finite"));
    }

    [Test]
    public void ALastBatchOfOneAndABatchOfOneTrain()
    {
        using var device = Kind.Open();
        using var network = Create(device, "resnet");
        using var trainer = new TrainingLoop(network, TinyImages.Create(train: 9, test: 3));
        Assert.That(trainer.Fit(Options(1) with { BatchSize = 4 }).Epochs, Has.Count.EqualTo(1));
        Assert.That(trainer.Fit(Options(1) with { BatchSize = 1 }).Epochs, Has.Count.EqualTo(1));
    }

    [Test]
    public void ANetworkThatDoesNotFitTheImagesIsRefused()
    {
        using var device = Kind.Open();
        using var network = Vgg.Cifar("grey", device, [8], Shape() with { Channels = 1 });
        var error = Assert.Throws<ArgumentException>(() => new TrainingLoop(network, TinyImages.Create()))!;
        Assert.That(error.Message, Does.Contain("[1,12,12,1]").And.Contain("[1,12,12,3]"));
    }

    [Test]
    public void LambdaScalesWithTheStepsOfTheRun()
    {
        Assert.That(PolarisingPenalty.LambdaFor(1e-3f, 125_000), Is.EqualTo(1e-3f));
        Assert.That(PolarisingPenalty.LambdaFor(1e-3f, 1_250), Is.EqualTo(0.1f).Within(1e-6));
    }

    [Test]
    public void AVeryShortRunIsNotPulledToPieces()
    {
        Assert.That(PolarisingPenalty.LambdaFor(1e-3f, 125), Is.EqualTo(1f).Within(1e-6));
        Assert.That(PolarisingPenalty.LambdaFor(1e-3f, 1), Is.EqualTo(1f));
        Assert.That(PolarisingPenalty.LambdaFor(2f, 1), Is.EqualTo(2f));
    }

    [TestCase(2, 3, true)]
    [TestCase(3, 3, true)]
    [TestCase(2, 3, false)]
    public void AListenerMayPruneWhileItTrains(int epoch, int epochs, bool keepBest)
    {
        using var device = Kind.Open();
        using var network = Create(device);
        using var trainer = new TrainingLoop(network, TinyImages.Create());
        var listener = new PruneAfter(trainer, epoch);
        var result = trainer.Fit(Options(epochs) with { KeepBest = keepBest }, listener);
        Assert.That(network.Cost(), Is.EqualTo(listener.Plan!.After));
        Assert.That(result.Epochs, Has.Count.EqualTo(epochs));
        Assert.That(result.Final, Is.EqualTo(trainer.Evaluate(TinyImages.Create().Test)));
        if (epoch < epochs)
        {
            Assert.That(result.BestEpoch, Is.GreaterThan(epoch), "the epochs before the pruning are no longer to be had");
        }
    }

    [Test]
    public void AfterAPruningTheBestEpochIsLookedForAnew([Values] bool keepBest)
    {
        using var device = Kind.Open();
        using var network = Create(device);
        var state = new FitState(network);
        Assert.That(state.Offer(0.9, keepBest));
        Assert.That(state.Offer(0.5, keepBest), Is.False);
        OneShot.Plan(network, 0.6).Apply(network);
        Assert.That(state.Offer(0.5, keepBest));
        Assert.That(state.Offer(0.4, keepBest), Is.False);
    }

    [Test]
    public void GradientsThatWereLeftBehindAreForgotten()
    {
        using var device = Kind.Open();
        using var clean = Create(device);
        using var dirty = Create(device);
        foreach (var parameter in dirty.Parameters.Where(p => p.Trainable))
        {
            device.Upload([.. Enumerable.Repeat(7f, (int)parameter.Shape.Count)], parameter.Shape, parameter.Layout, parameter.Gradient.Address);
            parameter.HasGradient = true;
        }

        foreach (var network in (Network[])[clean, dirty])
        {
            using var trainer = new TrainingLoop(network, TinyImages.Create(train: 20, test: 4));
            trainer.Fit(Options(1));
        }

        TensorAssert.AreSameBits(dirty.Parameters[0].ToArray(), clean.Parameters[0].ToArray());
    }

    [Test]
    public void WithoutEpochsItOnlyMeasures()
    {
        using var device = Kind.Open();
        using var network = Create(device);
        using var trainer = new TrainingLoop(network, TinyImages.Create());
        var before = network.Parameters[0].ToArray();
        var result = trainer.Fit(Options(0));
        Assert.That(result.BestEpoch, Is.Zero);
        Assert.That(result.Final, Is.EqualTo(trainer.Evaluate(TinyImages.Create().Test)));
        TensorAssert.AreSameBits(network.Parameters[0].ToArray(), before);
    }

    [Test]
    public void BadFineTuningIsRefusedBeforeAnythingIsTrained()
    {
        using var device = Kind.Open();
        var run = new PruningRunOptions
        {
            CreateNetwork = () => throw new AssertionException("Nothing is to begin."),
            Method = PruningMethod.Bounded,
            Training = Options(1),
            FineTuning = Options(1),
            Ratios = [0.5],
        };
        var data = TinyImages.Create();
        Assert.Throws<ArgumentOutOfRangeException>(() => PruningRun.Execute(run with { FineTuning = Options(1) with { Momentum = 1 } }, data));
        Assert.Throws<ArgumentOutOfRangeException>(() => PruningRun.Execute(run with { FineTuning = Options(1) with { WarmUpEpochs = 2 } }, data));
        Assert.Throws<ArgumentOutOfRangeException>(() => PruningRun.Execute(run with { MinimumChannels = 0 }, data));
        Assert.That(
            () => PruningRun.Execute(run with { Ratios = [0.5, 0.9, 0.90001] }, data),
            Throws.ArgumentException.With.Message.StartsWith("The pruning ratios 0.9 and 0.90001 would both be kept as pruned-90.safetensors."));
    }

    [TestCase("vgg")]
    [TestCase("resnet")]
    public void PruningIsHeldAgainstMaskingAndLeavesNoMask(string kind)
    {
        using var device = Kind.Open();
        using var network = Create(device, kind);
        using var other = Create(device, kind);
        var data = TinyImages.Create();
        using var compared = new TrainingLoop(network, data);
        using var plain = new TrainingLoop(other, data);
        var plan = OneShot.Plan(network, 0.5);

        var comparison = compared.PruneCompared(plan);
        plain.Prune(plan);

        Assert.That(comparison.Images, Is.EqualTo(40));
        Assert.That(comparison.LargestLogit, Is.GreaterThan(0));
        Assert.That(comparison.LargestDifference, Is.InRange(0, 1e-4 * comparison.LargestLogit));
        Assert.That(network.Norms.Select(norm => norm.Mask), Has.All.Null);
        Assert.That(compared.Evaluate(data.Test), Is.EqualTo(plain.Evaluate(data.Test)));
    }

    [Test]
    public void CancellationEndsTheRunBetweenSteps()
    {
        using var device = Kind.Open();
        using var network = Create(device);
        using var trainer = new TrainingLoop(network, TinyImages.Create());
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => trainer.Fit(Options(1), null, cancellation.Token));
        Assert.That(trainer.Tape.InStep, Is.False);
    }

    private sealed class PruneAfter(TrainingLoop trainer, int epoch) : ITrainingListener
    {
        public PruningPlan? Plan { get; private set; }

        public void OnStep(in StepReport report)
        {
        }

        public void OnEpoch(EpochReport report)
        {
            if (report.Epoch == epoch)
            {
                Plan = OneShot.Plan(trainer.Network, 0.6);
                trainer.Prune(Plan);
            }
        }
    }
}
