using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Recede.Bench.Gpu;

/// <summary>
/// What one part found: the machine, tables of rows, and every failure. It is printed as it grows, and kept as JSON from which
/// <c>gpu-table</c> makes a page.
/// </summary>
/// <param name="part">The part's name.</param>
/// <param name="path">Where it is kept; null for nowhere.</param>
internal sealed class ResultFile(string part, string? path)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromSeconds(1);

    private readonly JsonArray _tables = [];
    private readonly List<string> _failures = [];
    private readonly List<string> _notes = [];
    private long _written = Stopwatch.GetTimestamp();

    public string Part => part;

    /// <summary>Why there is no GPU; null where there is one.</summary>
    public string? NoGpu { get; set; }

    public double Seconds { get; set; }

    public IReadOnlyList<string> Failures => _failures;

    /// <summary>Adds something that is broken.</summary>
    public void Fail(string what) => _failures.Add(what);

    /// <summary>Adds something that a reader must know.</summary>
    public void Note(string what)
    {
        _notes.Add(what);
        Console.WriteLine(what);
    }

    /// <summary>Adds a row to a table and prints it; the file is written every now and then, for whoever is stopped.</summary>
    public void Add(string table, params IEnumerable<(string Name, object? Value)> row)
    {
        var rows = Rows(table);
        var json = new JsonObject();
        var line = new List<string>();
        foreach (var (name, value) in row)
        {
            json[name] = ToJson(value);
            if (value is not null)
            {
                line.Add($"{name} {Text(value)}");
            }
        }

        rows.Add(json);
        Console.WriteLine($"{table}: {string.Join(", ", line)}");
        if (Stopwatch.GetElapsedTime(_written) > BetweenWrites)
        {
            Write();
        }
    }

    /// <summary>Writes the file, if there is one.</summary>
    public void Write()
    {
        if (path is null)
        {
            return;
        }

        _written = Stopwatch.GetTimestamp();
        var root = new JsonObject
        {
            ["part"] = part,
            ["machine"] = Machine.Describe(),
            ["noGpu"] = NoGpu,
            ["seconds"] = Math.Round(Seconds, 1),
            ["notes"] = Strings(_notes),
            ["failures"] = Strings(_failures),
            ["tables"] = _tables.DeepClone(),
        };
        File.WriteAllText(path, root.ToJsonString(Indented) + "\n");
    }

    /// <summary>A number as people read it; anything else as it is.</summary>
    public static string Text(object value) => value switch
    {
        double d => d.ToString(Math.Abs(d) switch { >= 100 => "F0", >= 10 => "F1", >= 1 => "F2", _ => "G3" }, CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static JsonArray Strings(IEnumerable<string> values) => [.. values.Select(value => (JsonNode?)value)];

    private static JsonValue? ToJson(object? value) => value switch
    {
        null => null,
        double d => double.IsFinite(d) ? JsonValue.Create(Math.Round(d, 6)) : null,
        int i => JsonValue.Create(i),
        long l => JsonValue.Create(l),
        bool b => JsonValue.Create(b),
        _ => JsonValue.Create(value.ToString()),
    };

    private JsonArray Rows(string title)
    {
        foreach (var table in _tables)
        {
            if ((string?)table!["title"] == title)
            {
                return table["rows"]!.AsArray();
            }
        }

        var rows = new JsonArray();
        _tables.Add((JsonNode)new JsonObject { ["title"] = title, ["rows"] = rows });
        return rows;
    }
}
