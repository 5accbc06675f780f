using Recede.Engine.Core;
using Recede.Engine.Devices;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Training;

namespace Recede.Engine.Tests.Training;

/// <summary>A whole run of a tiny network that a folder keeps, and what of it must not depend on how often it was ended.</summary>
internal static class KeptRun
{
    private const double Ratio = 0.5;

    /// <summary>Steps in all: 50 images in batches of 20 are 3 an epoch, in 2 epochs of training and 1 of fine-tuning.</summary>
    public const int Steps = 9;

    /// <summary>Epochs in all.</summary>
    public const int Epochs = 3;

    public static PruningRunOptions Options(Device device)
    {
        var shape = new NetworkOptions { Height = TinyImages.Size, Width = TinyImages.Size, Classes = TinyImages.Classes, Seed = 5 };
        var training = new FitOptions
        {
            Epochs = 2,
            BatchSize = 20,
            LearningRate = 0.05f,
            Penalty = new PolarisingPenalty(0.01f, 3),
            CropPadding = 2,
            Flip = true,
            Seed = 11,
        };
        return new PruningRunOptions
        {
            CreateNetwork = () => Vgg.Cifar("tiny", device, [7, 0, 9], shape),
            Method = PruningMethod.Bounded,
            Training = training,
            FineTuning = training with { Epochs = 1, Penalty = null, CarryMomentum = true },
            Ratios = [Ratio],
            LatencyBatch = 1,
        };
    }

    /// <summary>Runs, or goes on where the folder has a run.</summary>
    public static PruningRunResult Run(
        Device device, string folder, FileOperations? files = null, TimeSpan? interval = null, IPruningRunListener? listener = null, CancellationToken cancellation = default)
    {
        using var kept = RunFolder.Open(folder, files);
        kept.Interval = interval ?? TimeSpan.FromHours(1);
        return PruningRun.Execute(Options(device), TinyImages.Create(train: 50, test: 12), listener, kept, kept.CanResume, cancellation);
    }

    /// <summary>All figures but times.</summary>
    public static IReadOnlyList<double> Figures(PruningRunResult result) =>
    [
        .. result.Training.Epochs.SelectMany(Figures),
        result.Training.BestEpoch,
        result.Unpruned.Accuracy,
        .. result.Pruned.SelectMany(pruned => pruned.FineTuning.Epochs).SelectMany(Figures),
        .. result.Pruned.SelectMany(pruned => (double[])[pruned.BeforeFineTuning.Loss, pruned.Result.Accuracy, pruned.Result.Cost.PhysicalBytes]),
    ];

    /// <summary>All figures of a training but times.</summary>
    public static IReadOnlyList<double> Figures(FitResult training) =>
        [.. training.Epochs.SelectMany(Figures), training.BestEpoch, training.Final.Loss, training.Final.Accuracy];

    /// <summary>The files of networks that a run leaves, by name.</summary>
    public static IReadOnlyDictionary<string, byte[]> Networks(string folder) =>
        ((string[])["best", "trained", "pruned-50"]).ToDictionary(name => name, name => File.ReadAllBytes(Path.Combine(folder, name + ".safetensors")));

    /// <summary>Fails unless two runs have the same figures and left the same networks, to the bit.</summary>
    public static void CheckSame(PruningRunResult actual, string folder, PruningRunResult expected, string expectedFolder)
    {
        Assert.That(Figures(actual), Is.EqualTo(Figures(expected)), folder);
        var networks = Networks(folder);
        foreach (var (name, bytes) in Networks(expectedFolder))
        {
            Assert.That(networks[name], Is.EqualTo(bytes), $"{folder}/{name}.safetensors");
        }
    }

    private static IEnumerable<double> Figures(EpochReport epoch) =>
        [epoch.Epoch, epoch.LearningRate, epoch.TrainLoss, epoch.Penalty, epoch.TrainAccuracy, epoch.Test.Loss, epoch.Test.Accuracy, .. epoch.Importances.Select(i => (double)i), epoch.IsBest ? 1 : 0];
}
