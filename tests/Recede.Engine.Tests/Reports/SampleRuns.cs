using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Reports;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Reports;

/// <summary>Runs that nobody had to train: every figure is known.</summary>
internal static class SampleRuns
{
    /// <summary>A run of one epoch and one ratio, one epoch of fine-tuning; the test loss is NaN.</summary>
    public static RunReport Report()
    {
        using var device = Device.Cpu(1);
        using var network = Networks.Create("vgg-small", device, new NetworkOptions { Height = 28, Width = 28, Channels = 1 });
        var plan = OneShot.Plan(network, 0.5);
        var bins = Enumerable.Range(0, 20).ToArray();
        var epoch = new EpochReport(1, 1, 0.05f, 1.25, 12.5, 0.5, new Evaluation(double.NaN, 0.75, 48), bins, 3.5, true);
        var fit = new FitResult([epoch], 1, epoch.Test);
        return new RunReport
        {
            Device = "cpu",
            Threads = 2,
            Simd = "Vector512",
            Precision = "float32",
            Winograd = true,
            Dataset = "da\"ta",
            TrainImages = 96,
            TestImages = 48,
            ImageHeight = 28,
            ImageWidth = 24,
            RandomCrops = true,
            Network = network.Name,
            Method = PruningMethod.Bounded,
            Seed = ulong.MaxValue,
            Training = new FitOptions
            {
                Epochs = 1,
                Penalty = new PolarisingPenalty(0.1f, -3),
                Decay = LearningRateDecay.Cosine,
                WarmUpEpochs = 0.5,
                WeightDecay = 5e-4f,
                LabelSmoothing = 0.1f,
                CropPadding = 4,
                Flip = true,
            },
            FineTuning = new FitOptions { Epochs = 1, LearningRate = 0.05f, CarryMomentum = true },
            MinimumChannels = 3,
            Steps = 2,
            Epochs = fit.Epochs,
            BestEpoch = 1,
            Unpruned = new NetworkResult(0.75, plan.Before, 12.25),
            Pruned =
            [
                new PrunedResult(plan, new Evaluation(1, 0.7, 48), fit, new NetworkResult(0.72, plan.After, 6.125))
                {
                    Masked = new MaskedComparison(4.7e-6, 13.25, 48),
                },
            ],
            LatencyBatch = 64,
            WallSeconds = 100.5,
        };
    }

    /// <summary>What a file of that run is read as.</summary>
    public static StoredRun Stored(string method = "bounded", ulong seed = 1, double accuracy = 0.72)
    {
        var tuning = new StoredEpoch(1, 0.01, 0.4, 0.71, 0.5, accuracy, 0, 1);
        var recipe = new StoredRecipe("cosine", 0, 0.9, true, 1e-4, 10, 0, 0, false, true);
        return new StoredRun
        {
            Source = $"results/{method}-{seed}",
            EngineVersion = "0.1.0",
            Device = "cpu",
            Threads = 2,
            Simd = "Vector512",
            Precision = "float32",
            Winograd = true,
            Dataset = "fashion",
            TrainImages = 10_000,
            TestImages = 2_000,
            ImageSize = (28, 28),
            RandomCrops = false,
            Network = "vgg-small",
            Method = method,
            Seed = seed,
            Epochs = 2,
            BatchSize = 64,
            LearningRate = 0.1,
            Lambda = 0.1,
            Shift = 3,
            Recipe = recipe,
            MinimumChannels = 3,
            FineTuneEpochs = 1,
            FineTuneLearningRate = 0.05,
            CarryMomentum = false,
            FineTuneRecipe = recipe,
            Importances = [[0, 30, 10, 0], [20, 0, 0, 20]],
            Training = [new(1, 0.1, 0.8, 0.7, 0.7, 0.74, 1, 2), new(2, 0.05, 0.4, 0.8, 0.5, 0.75, 1, 2)],
            BestEpoch = 2,
            Unpruned = new StoredNetwork(0.75, 331_994, 11_100_000, 1_330_000, 1_400_000, 12.5),
            Pruned =
            [
                new StoredPruning(
                    0.5, 0.498, 0.7, new StoredNetwork(accuracy, 86_174, 2_540_000, 345_000, 397_000, 6.25),
                    [new SpaceWidth("conv1", 16, 8), new SpaceWidth("conv2", 24, 12)], [tuning], new MaskedComparison(4.7e-6, 13.25, 256)),
            ],
            LatencyBatch = 64,
            WallSeconds = 100.5,
        };
    }
}
