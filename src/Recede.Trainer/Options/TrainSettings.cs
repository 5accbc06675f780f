using Recede.Engine.Data;
using Recede.Engine.Devices;
using Recede.Engine.Training;

namespace Recede.Trainer.Options;

/// <summary>How a command line asks for a new network to be trained.</summary>
/// <param name="Preset">The preset that the run is named after, if one was given.</param>
/// <param name="Data">The images.</param>
/// <param name="Model">The network and its method.</param>
/// <param name="Training">The recipe.</param>
/// <param name="Machine">What it is computed on.</param>
/// <param name="Output">What it leaves behind.</param>
internal sealed record TrainSettings(
    Preset? Preset, DataSettings Data, ModelSettings Model, TrainingSettings Training, MachineSettings Machine, OutputSettings Output) : IRunSettings
{
    /// <inheritdoc/>
    public IEnumerable<(string Option, string Value)> Values =>
        [("--preset", Preset?.Name ?? "none"), .. Data.Values, .. Model.Values, .. Training.Values, .. Machine.Values];

    /// <summary>The recipe for the engine, penalty included.</summary>
    public FitOptions CreateFit(DatasetPair data) => Training.CreateFit(Model.CreatePenalty(Training.StepsOver(data.Train.Count)));

    /// <summary>The training that the engine is to do.</summary>
    public TrainingRunOptions CreateRun(Device device, DatasetPair data) => new()
    {
        CreateNetwork = () => Model.Create(device, data, Training.Seed),
        Device = device,
        Training = CreateFit(data),
        LatencyBatch = Machine.LatencyBatch,
    };
}
