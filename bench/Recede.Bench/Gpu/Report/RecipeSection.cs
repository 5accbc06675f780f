using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Recede.Bench.Gpu.Report;

/// <summary>A run of the full recipe as its run.json tells it: accuracy unpruned, right after pruning, after fine-tuning.</summary>
internal static class RecipeSection
{
    /// <summary>Appends a run.</summary>
    public static void Append(StringBuilder page, string name, JsonObject run)
    {
        page.Append(CultureInfo.InvariantCulture, $"### {name}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"{run["network"]} on {run["dataset"]?["name"]}, {run["method"]}, {run["epochs"]} epochs, {run["device"]}, {Minutes(run["wallSeconds"])} minutes\n\n");
        page.Append("| pruned | before fine-tuning % | % | parameters | MFLOPs | latency ms |\n|---|---|---|---|---|---|\n");
        var unpruned = run["unpruned"];
        page.Append(CultureInfo.InvariantCulture, $"| 0 | | {Percent(unpruned?["accuracy"])} | {unpruned?["parameters"]} | {Millions(unpruned?["flops"])} | {unpruned?["latencyMs"]} |\n");
        foreach (var pruned in run["pruned"]?.AsArray() ?? [])
        {
            page.Append(CultureInfo.InvariantCulture, $"| {pruned!["ratio"]} | {Percent(pruned["accuracyBeforeFinetune"])} | {Percent(pruned["accuracy"])} | {pruned["parameters"]} | {Millions(pruned["flops"])} | {pruned["latencyMs"]} |\n");
        }

        page.Append('\n');
    }

    private static string Percent(JsonNode? share) => share is null ? "" : ((double)share * 100).ToString("F2", CultureInfo.InvariantCulture);

    private static string Minutes(JsonNode? seconds) => seconds is null ? "?" : ((double)seconds / 60).ToString("F1", CultureInfo.InvariantCulture);

    private static string Millions(JsonNode? count) => count is null ? "" : ((double)count / 1e6).ToString("F1", CultureInfo.InvariantCulture);
}
