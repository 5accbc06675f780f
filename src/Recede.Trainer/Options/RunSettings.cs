using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Training;
using Recede.Trainer.Display;

namespace Recede.Trainer.Options;

/// <summary>What <c>recede run</c> was asked for: every option given, and the preset's value of the others.</summary>
/// <param name="Train">The training.</param>
/// <param name="Pruning">How much goes then.</param>
/// <param name="FineTuneEpochs">Epochs of fine-tuning after each pruning.</param>
/// <param name="FineTuneLearningRate">Their base learning rate.</param>
/// <param name="CarryMomentum">Whether fine-tuning begins with the shrunk momentum of the training.</param>
internal sealed record RunSettings(
    TrainSettings Train, PruneSettings Pruning, int FineTuneEpochs, float FineTuneLearningRate, bool CarryMomentum) : IRunSettings
{
    /// <inheritdoc/>
    public IEnumerable<(string Option, string Value)> Values =>
    [
        .. Train.Values,
        .. Pruning.Values,
        ("--finetune-epochs", Figures.Format($"{FineTuneEpochs}")),
        ("--finetune-lr", Figures.Format($"{FineTuneLearningRate}")),
        ("--carry-momentum", Figures.Flag(CarryMomentum)),
    ];

    /// <summary>The run that the engine is to do.</summary>
    public PruningRunOptions CreateRun(Device device, DatasetPair data)
    {
        var training = Train.CreateFit(data);
        return new PruningRunOptions
        {
            CreateNetwork = () => Train.Model.Create(device, data, Train.Training.Seed),
            Method = Train.Model.Method,
            Training = training,
            FineTuning = training with
            {
                Epochs = FineTuneEpochs,
                LearningRate = FineTuneLearningRate,
                WarmUpEpochs = 0,
                Penalty = null,
                CarryMomentum = CarryMomentum,
            },
            Ratios = Pruning.Ratios,
            MinimumChannels = Pruning.MinimumChannels,
            Seed = Train.Training.Seed,
            LatencyBatch = Train.Machine.LatencyBatch,
        };
    }
}
