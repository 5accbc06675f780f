using System.Text.Json;
using Recede.Engine.Core;
using Recede.Engine.Training;

namespace Recede.Engine.Reports;

/// <summary>
/// Writes a run's report as JSON: run.json. The field names are fixed; fields may be added. Accuracies are shares, 0..1;
/// flops are multiply-adds for one image; latencyMs is the median of a forward pass of the frozen network
/// (norms folded, see LatencyMeter) over latency.batch images on latency.threads threads; masked tells how far the masked and the shrunk
/// network's logits were apart. A number that is not finite is written as null.
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
        json.WriteImportances(report.Epochs);
        json.WriteHistory(report.Epochs);
        json.WriteNumber("bestEpoch", report.BestEpoch);
        json.WriteStartObject("unpruned");
        json.WriteNetwork(report.Unpruned);
        if (report.Pruned is [var first, ..])
        {
            json.WriteWidths("widths", first.Plan.Widths, width => width.Before);
        }

        json.WriteEndObject();
        json.WriteStartArray("pruned");
        foreach (var pruned in report.Pruned)
        {
            WritePruned(json, pruned);
        }

        json.WriteEndArray();
        json.WriteLatency(report.LatencyBatch, report.Threads);
        json.WriteFinite("wallSeconds", report.WallSeconds);
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
        json.WriteMachine(new MachineReport(report.Device, report.Threads, report.Simd, report.Precision, report.Winograd));
        json.WriteDataset(report.Dataset, report.TrainImages, report.TestImages, report.ImageHeight, report.ImageWidth);
        json.WriteString("network", report.Network);
        json.WriteString("method", NameOf(report.Method));
        json.WriteNumber("seed", report.Seed);
        json.WriteNumber("epochs", report.Training.Epochs);
        json.WriteNumber("batch", report.Training.BatchSize);
        json.WriteNumber("learningRate", report.Training.LearningRate);
        json.WriteFinite("lambda", report.Lambda);
        json.WriteFinite("shift", report.Shift);
        json.WriteBoolean("randomCrops", report.RandomCrops);
        json.WriteRecipe(report.Training);
        json.WriteNumber("steps", report.Steps);
        json.WriteNumber("minimumChannels", report.MinimumChannels);
        json.WriteStartObject("fineTuning");
        json.WriteNumber("epochs", report.FineTuning.Epochs);
        json.WriteNumber("batch", report.FineTuning.BatchSize);
        json.WriteNumber("learningRate", report.FineTuning.LearningRate);
        json.WriteBoolean("carryMomentum", report.FineTuning.CarryMomentum);
        json.WriteRecipe(report.FineTuning);
        json.WriteEndObject();
    }

    private static void WritePruned(Utf8JsonWriter json, PrunedResult pruned)
    {
        json.WriteStartObject();
        json.WriteNumber("ratio", pruned.Plan.Ratio);
        json.WriteNumber("achievedRatio", pruned.Plan.AchievedRatio);
        json.WriteFinite("accuracyBeforeFinetune", pruned.BeforeFineTuning.Accuracy);
        json.WriteNetwork(pruned.Result);
        json.WriteWidths("widths", pruned.Plan.Widths, width => width.After);
        if (pruned.Masked is { } masked)
        {
            json.WriteStartObject("masked");
            json.WriteFinite("largestDifference", masked.LargestDifference);
            json.WriteFinite("largestLogit", masked.LargestLogit);
            json.WriteNumber("images", masked.Images);
            json.WriteEndObject();
        }

        json.WriteHistory(pruned.FineTuning.Epochs);
        json.WriteEndObject();
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
