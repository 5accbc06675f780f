using System.Text.Json;
using Recede.Engine.Core;
using Recede.Engine.Data;
using Recede.Engine.Training;

namespace Recede.Engine.Reports;

/// <summary>
/// What one training or fine-tuning was and what it gave: the data of train.json and finetune.json. Fields that run.json has too mean the
/// same; "before" is the network before a fine-tuning, and null for a new one.
/// </summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Result">What it gave.</param>
/// <param name="Data">The images.</param>
/// <param name="Machine">Where.</param>
public sealed record TrainingReport(TrainingRunOptions Options, TrainingRunResult Result, DatasetIdentity Data, MachineReport Machine)
{
    /// <summary>The value of the field "format".</summary>
    public const string FormatName = "recede-training";

    /// <summary>The value of the field "version"; it rises when the meaning of a field changes.</summary>
    public const int FormatVersion = 1;

    /// <summary>Writes it as JSON; the file is replaced as a whole.</summary>
    /// <exception cref="IOException">It cannot be written; the message names the path.</exception>
    public void Save(string path) => AtomicFile.Write(path, Write);

    private void Write(Stream stream)
    {
        var training = Options.Training;
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("format", FormatName);
        json.WriteNumber("version", FormatVersion);
        json.WriteString("engineVersion", EngineInfo.Version);
        json.WriteMachine(Machine);
        json.WriteDataset(Data.Name, Data.TrainImages, Data.TestImages, Data.Height, Data.Width);
        json.WriteString("network", Result.Network);
        json.WriteBoolean("fineTuning", Options.IsFineTuning);
        json.WriteNumber("seed", training.Seed);
        json.WriteNumber("epochs", training.Epochs);
        json.WriteNumber("batch", training.BatchSize);
        json.WriteNumber("learningRate", training.LearningRate);
        json.WriteFinite("lambda", training.Penalty switch
        {
            PolarisingPenalty penalty => penalty.Lambda,
            L1Penalty penalty => penalty.Lambda,
            _ => null,
        });
        json.WriteFinite("shift", (training.Penalty as PolarisingPenalty)?.Shift);
        json.WriteBoolean("carryMomentum", training.CarryMomentum);
        json.WriteImportances(Result.Training.Epochs);
        json.WriteHistory(Result.Training.Epochs);
        json.WriteNumber("bestEpoch", Result.Training.BestEpoch);
        WriteBefore(json);
        json.WriteFinite("loss", Result.Training.Final.Loss);
        json.WriteNetwork(Result.Result);
        json.WriteLatency(Options.LatencyBatch, Machine.Threads);
        json.WriteFinite("wallSeconds", Result.WallSeconds);
        json.WriteEndObject();
    }

    private void WriteBefore(Utf8JsonWriter json)
    {
        if (Result.Before is not { } before)
        {
            json.WriteNull("before");
            return;
        }

        json.WriteStartObject("before");
        json.WriteFinite("loss", before.Loss);
        json.WriteFinite("accuracy", before.Accuracy);
        json.WriteEndObject();
    }
}
