using Recede.Engine;
using Recede.Engine.Data;
using Recede.Engine.Devices.Cuda;
using Recede.Engine.Nn;
using Recede.Engine.Training;
using Recede.Trainer.Options;

namespace Recede.Trainer.Display;

/// <summary>The lines that a command tells first: what it is about to do, on what.</summary>
internal static class HeaderLines
{
    /// <summary>The engine and the device.</summary>
    public static IEnumerable<(string Name, string Value)> Machine(DeviceChoice choice)
    {
        yield return ("recede", $"{EngineInfo.Version}, {choice.Device.Description}{(choice.Device is CudaDevice ? ", " + choice.Device.Precision : "")}");
        if (choice.Reason is not null)
        {
            yield return ("device", choice.Reason);
        }
    }

    /// <summary>The images.</summary>
    public static (string Name, string Value) Data(DataSettings settings, DatasetPair data) => ("data", Figures.Format(
        $"{data.Name} ({settings.Origin}): {data.Train.Count:N0} + {data.Test.Count:N0} images, {data.Train.Height}x{data.Train.Width}x{data.Train.Channels}"));

    /// <summary>That a network meets other images than it was trained on; nothing where it does not.</summary>
    public static IEnumerable<(string Name, string Value)> Trained(DatasetIdentity? trained, DatasetPair data) =>
        trained is null || trained.Name == data.Name ? [] : [("trained", $"on {trained.Name}; images are normalised as then")];

    /// <summary>A network of a checkpoint.</summary>
    public static (string Name, string Value) Network(Network network, string file) => ("network", $"{network.Name} of {file}");

    /// <summary>Images, network, method and recipe of a training.</summary>
    public static IEnumerable<(string Name, string Value)> Training(TrainSettings settings, FitOptions training, DatasetPair data) =>
    [
        Data(settings.Data, data),
        ("network", settings.Model.Network + (settings.Preset is { } preset ? $" (preset {preset.Name})" : "")),
        ("method", settings.Model.Describe(training.Penalty)),
        ("training", settings.Training.Describe()),
    ];

    /// <summary>Where the figures go; nothing where nowhere.</summary>
    public static IEnumerable<(string Name, string Value)> Report(OutputSettings output) =>
        output.ReportPath is { } path ? [("report", path)] : [];

    /// <summary>Where the page of the figures goes; nothing where nowhere.</summary>
    public static IEnumerable<(string Name, string Value)> Page(OutputSettings output) =>
        output.PagePath is { } path ? [("page", path)] : [];

    /// <summary>What the scores of a network's channels are called.</summary>
    public static string Scores(Network network) => network.Norms.All(norm => norm is BoundedBatchNorm) ? "Importances" : "Scales |gamma|";
}
