using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;

namespace Recede.Bench.Gpu.Report;

/// <summary>gpu-table: one page in Markdown of the JSON files that the parts left.</summary>
internal static class GpuTableCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("results") { Description = "Folder with the parts' JSON files." };
        var output = new Option<string?>("--out") { Description = "File that gets the page; standard output when left out." };
        var command = new Command("gpu-table", "Makes one Markdown page of a GPU's results.") { folder, output };
        command.SetAction(parsed =>
        {
            var page = Page(parsed.GetValue(folder)!);
            if (parsed.GetValue(output) is { } path)
            {
                File.WriteAllText(path, page);
            }
            else
            {
                Console.Write(page);
            }
        });
        return command;
    }

    /// <summary>The page for the files of a folder, in the order of their names.</summary>
    public static string Page(string folder)
    {
        var page = new StringBuilder("# Recede on a GPU\n\n");
        string? machine = null;
        foreach (var file in Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            JsonObject json;
            try
            {
                json = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
            }
            catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException or NullReferenceException)
            {
                page.Append(CultureInvariant($"## {Path.GetFileName(file)}\n\ncannot be read: {Cell(e.Message)}\n\n"));
                continue;
            }

            if ((string?)json["format"] == "recede-run")
            {
                RecipeSection.Append(page, Path.GetRelativePath(folder, file), json);
            }
            else if (json["part"] is not null)
            {
                Append(page, Path.GetFileNameWithoutExtension(file), json, ref machine);
            }
        }

        return page.ToString();
    }

    /// <summary>What may stand in a cell.</summary>
    public static string Cell(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);

    private static string CultureInvariant(FormattableString text) => FormattableString.Invariant(text);

    private static void Append(StringBuilder page, string name, JsonObject json, ref string? machine)
    {
        var here = Machine(json["machine"]!.AsObject());
        if (here != machine)
        {
            page.Append(here).Append('\n');
            machine = here;
        }

        var failures = json["failures"]!.AsArray();
        page.Append(CultureInvariant($"## {name}\n\n"));
        page.Append((string?)json["noGpu"] is { } reason
            ? $"No CUDA GPU: {reason}\n\n"
            : CultureInvariant($"{failures.Count} failures, {(double)json["seconds"]!:F0} s.\n\n"));
        foreach (var note in json["notes"]!.AsArray())
        {
            page.Append(CultureInvariant($"- {(string?)note}\n"));
        }

        foreach (var failure in failures)
        {
            page.Append(CultureInvariant($"- **failed**: {(string?)failure}\n"));
        }

        page.Append('\n');
        foreach (var table in json["tables"]!.AsArray())
        {
            page.Append(CultureInvariant($"### {(string?)table!["title"]}\n\n"));
            Rows(page, [.. table["rows"]!.AsArray().Select(row => row!.AsObject())]);
        }
    }

    private static string Machine(JsonObject machine)
    {
        // The hour of each part is in its file.
        var rows = machine.Where(item => item.Key != "day").Select(item => $"| {item.Key} | {Cell(item.Value?.ToString() ?? "not found")} |\n");
        return $"| | |\n|---|---|\n{string.Concat(rows)}";
    }

    private static void Rows(StringBuilder page, IReadOnlyList<JsonObject> rows)
    {
        var columns = new List<string>();
        foreach (var name in rows.SelectMany(row => row.Select(item => item.Key)))
        {
            if (!columns.Contains(name))
            {
                columns.Add(name);
            }
        }

        page.Append(CultureInvariant($"| {string.Join(" | ", columns.Select(Cell))} |\n|{string.Concat(columns.Select(_ => "---|"))}\n"));
        foreach (var row in rows)
        {
            page.Append(CultureInvariant($"| {string.Join(" | ", columns.Select(column => Value(row[column])))} |\n"));
        }

        page.Append('\n');
    }

    private static string Value(JsonNode? value) => value switch
    {
        null => "",
        JsonValue number when number.TryGetValue<long>(out var whole) => ResultFile.Text(whole),
        JsonValue number when number.TryGetValue<double>(out var real) => ResultFile.Text(real),
        _ => Cell(value.ToString()),
    };
}
