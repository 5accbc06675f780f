using System.Text.Json;
using Recede.Engine.Core;
using Recede.Engine.Training;

namespace Recede.Engine.Reports;

/// <summary>What a network does on a set of images: the data of eval.json. Fields that run.json has too mean the same.</summary>
/// <param name="File">The checkpoint.</param>
/// <param name="Network">The network's name.</param>
/// <param name="Dataset">Name of the images.</param>
/// <param name="Evaluation">Loss and accuracy on them.</param>
/// <param name="Result">Cost and speed.</param>
/// <param name="LatencyBatch">Images of a pass when the latency was measured.</param>
/// <param name="Machine">Where.</param>
public sealed record EvaluationReport(
    string File, string Network, string Dataset, Evaluation Evaluation, NetworkResult Result, int LatencyBatch, MachineReport Machine)
{
    /// <summary>The value of the field "format".</summary>
    public const string FormatName = "recede-evaluation";

    /// <summary>The value of the field "version"; it rises when the meaning of a field changes.</summary>
    public const int FormatVersion = 1;

    /// <summary>Writes it as JSON; the file is replaced as a whole.</summary>
    /// <exception cref="IOException">It cannot be written; the message names the path.</exception>
    public void Save(string path) => AtomicFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("format", FormatName);
        json.WriteNumber("version", FormatVersion);
        json.WriteString("engineVersion", EngineInfo.Version);
        json.WriteMachine(Machine);
        json.WriteString("file", File);
        json.WriteString("network", Network);
        json.WriteStartObject("dataset");
        json.WriteString("name", Dataset);
        json.WriteNumber("test", Evaluation.Images);
        json.WriteEndObject();
        json.WriteFinite("loss", Evaluation.Loss);
        json.WriteNetwork(Result);
        json.WriteLatency(LatencyBatch, Machine.Threads);
        json.WriteEndObject();
    });
}
