using System.Text.Json;
using Recede.Engine.Core;
using Recede.Engine.Pruning;

namespace Recede.Engine.Reports;

/// <summary>What was pruned from one network: the data of prune.json. Fields that run.json has too mean the same.</summary>
/// <param name="File">The checkpoint that was pruned.</param>
/// <param name="Network">The network's name.</param>
/// <param name="Rule">How the channels were chosen: "global", "uniform" or "random".</param>
/// <param name="Plans">Each plan with the file that got what it left.</param>
public sealed record PlansReport(string File, string Network, string Rule, IReadOnlyList<(PruningPlan Plan, string File)> Plans)
{
    /// <summary>The value of the field "format".</summary>
    public const string FormatName = "recede-pruning";

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
        json.WriteString("file", File);
        json.WriteString("network", Network);
        json.WriteString("rule", Rule);
        json.WriteStartObject("unpruned");
        json.WriteCost(Plans[0].Plan.Before);
        json.WriteWidths("widths", Plans[0].Plan.Widths, width => width.Before);
        json.WriteEndObject();
        json.WriteStartArray("pruned");
        foreach (var (plan, file) in Plans)
        {
            json.WriteStartObject();
            json.WriteString("file", file);
            json.WriteNumber("ratio", plan.Ratio);
            json.WriteNumber("achievedRatio", plan.AchievedRatio);
            json.WriteCost(plan.After);
            json.WriteWidths("widths", plan.Widths, width => width.After);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
