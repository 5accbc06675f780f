using System.Text.Json;
using Recede.Engine.Core;
using Recede.Engine.Training;

namespace Recede.Engine.Reports;

/// <summary>
/// Writes a run's report as JSON: run.json. The field names are fixed; fields may be added. Accuracies are shares, 0..1;
/// flops are multiply-adds for one image; latencyMs is the median of a forward pass of the frozen network
/// (norms folded, see LatencyMeter) over latency.batch images on latency.threads threads. A number that is not finite is written as null.
/// </summary>
public static class RunJson
{
    /// <summary>The value of the field "format".</summary>
    public const string FormatName = "recede-run";

    /// <summary>The value of the field "version"; it rises when the meaning of a field changes.</summary>
    public const int FormatVersion = 1;

    /// <summary>Writes the report to a stream, which stays open.</summary>
    /// <exception cref="IOException">The stream cannot take it.</exception>
    public static void Write(RunReport report, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(stream);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        WriteSetting(json, report);
        json.WriteStartArray("importances");
        foreach (var epoch in report.Epochs)
        {
            json.WriteStartArray();
            foreach (var count in epoch.Importances)
            {
                json.WriteNumberValue(count);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        WriteHistory(json, report.Epochs);
        json.WriteNumber("bestEpoch", report.BestEpoch);
        json.WriteStartObject("unpruned");
        WriteNetwork(json, report.Unpruned);
        json.WriteEndObject();
        json.WriteStartArray("pruned");
        foreach (var pruned in report.Pruned)
        {
            WritePruned(json, pruned);
        }

        json.WriteEndArray();
        json.WriteStartObject("latency");
        json.WriteNumber("batch", report.LatencyBatch);
        json.WriteNumber("threads", report.Threads);
        json.WriteEndObject();
        WriteNumber(json, "wallSeconds", report.WallSeconds);
        json.WriteEndObject();
    }

    /// <summary>
    /// Writes the report to a file: beside it first, through to the disk, then renamed, so that a full disk or a kill
    /// leaves the file as it was before, or none.
    /// </summary>
    /// <exception cref="IOException">It cannot be written; the message names the path.</exception>
    public static void Save(RunReport report, string path) => Save(report, path, files: null);

    internal static void Save(RunReport report, string path, FileOperations? files)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream => Write(report, stream), files);
    }

    private static void WriteSetting(Utf8JsonWriter json, RunReport report)
    {
        json.WriteString("format", FormatName);
        json.WriteNumber("version", FormatVersion);
        json.WriteString("engineVersion", report.EngineVersion);
        json.WriteString("device", report.Device);
        json.WriteNumber("threads", report.Threads);
        json.WriteString("simd", report.Simd);
        json.WriteString("precision", report.Precision);
        json.WriteStartObject("dataset");
        json.WriteString("name", report.Dataset);
        json.WriteNumber("train", report.TrainImages);
        json.WriteNumber("test", report.TestImages);
        json.WriteEndObject();
        json.WriteString("network", report.Network);
        json.WriteString("method", NameOf(report.Method));
        json.WriteNumber("seed", report.Seed);
        json.WriteNumber("epochs", report.Training.Epochs);
        json.WriteNumber("batch", report.Training.BatchSize);
        json.WriteNumber("learningRate", report.Training.LearningRate);
        WriteNumber(json, "lambda", report.Lambda);
        WriteNumber(json, "shift", report.Shift);
        json.WriteNumber("steps", report.Steps);
        json.WriteStartObject("fineTuning");
        json.WriteNumber("epochs", report.FineTuning.Epochs);
        json.WriteNumber("batch", report.FineTuning.BatchSize);
        json.WriteNumber("learningRate", report.FineTuning.LearningRate);
        json.WriteBoolean("carryMomentum", report.FineTuning.CarryMomentum);
        json.WriteEndObject();
    }

    private static void WriteHistory(Utf8JsonWriter json, IReadOnlyList<EpochReport> epochs)
    {
        json.WriteStartArray("history");
        foreach (var epoch in epochs)
        {
            json.WriteStartObject();
            json.WriteNumber("epoch", epoch.Epoch);
            json.WriteNumber("learningRate", epoch.LearningRate);
            WriteNumber(json, "trainLoss", epoch.TrainLoss);
            WriteNumber(json, "trainAccuracy", epoch.TrainAccuracy);
            WriteNumber(json, "testLoss", epoch.Test.Loss);
            WriteNumber(json, "testAccuracy", epoch.Test.Accuracy);
            WriteNumber(json, "penalty", epoch.Penalty);
            WriteNumber(json, "seconds", epoch.TrainSeconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePruned(Utf8JsonWriter json, PrunedResult pruned)
    {
        json.WriteStartObject();
        json.WriteNumber("ratio", pruned.Plan.Ratio);
        json.WriteNumber("achievedRatio", pruned.Plan.AchievedRatio);
        WriteNumber(json, "accuracyBeforeFinetune", pruned.BeforeFineTuning.Accuracy);
        WriteNetwork(json, pruned.Result);
        json.WriteStartObject("widths");
        foreach (var width in pruned.Plan.Widths)
        {
            json.WriteNumber(width.Space, width.After);
        }

        json.WriteEndObject();
        WriteHistory(json, pruned.FineTuning.Epochs);
        json.WriteEndObject();
    }

    private static void WriteNetwork(Utf8JsonWriter json, NetworkResult result)
    {
        WriteNumber(json, "accuracy", result.Accuracy);
        json.WriteNumber("parameters", result.Cost.Parameters);
        json.WriteNumber("flops", result.Cost.MultiplyAdds);
        json.WriteNumber("logicalBytes", result.Cost.LogicalBytes);
        json.WriteNumber("physicalBytes", result.Cost.PhysicalBytes);
        WriteNumber(json, "latencyMs", result.LatencyMilliseconds);
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    // A float is written as its own shortest text: 0.1, not the double 0.10000000149.
    private static void WriteNumber(Utf8JsonWriter json, string name, float? value)
    {
        if (value is { } number && float.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string NameOf(PruningMethod method) => method switch
    {
        PruningMethod.Bounded => "bounded",
        PruningMethod.L1 => "l1",
        PruningMethod.Uniform => "uniform",
        PruningMethod.Random => "random",
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "No name is known for this pruning method."),
    };
}
