using System.Text.Json;

namespace Recede.Engine.Tests.Support;

/// <summary>
/// A golden file: named tensors and named cases with their settings, made by PyTorch (see Golden/README.md).
/// </summary>
public sealed class Golden
{
    private const string Folder = "Golden";

    private readonly string _file;
    private readonly Dictionary<string, (int[] Shape, double[] Data)> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, JsonElement>> _cases = new(StringComparer.Ordinal);

    private Golden(string file, JsonElement root)
    {
        _file = file;
        MadeBy = Member(root, "madeBy", JsonValueKind.String).GetString()!;
        Torch = Member(root, "torch", JsonValueKind.String).GetString()!;
        Dtype = Member(root, "dtype", JsonValueKind.String).GetString()!;
        foreach (JsonProperty found in Member(root, "cases", JsonValueKind.Object).EnumerateObject())
        {
            var settings = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (JsonProperty setting in found.Value.EnumerateObject())
            {
                settings.Add(setting.Name, setting.Value.Clone());
            }

            _cases.Add(found.Name, settings);
        }

        foreach (JsonProperty tensor in Member(root, "tensors", JsonValueKind.Object).EnumerateObject())
        {
            if (!_tensors.TryAdd(tensor.Name, ReadTensor(tensor)))
            {
                throw new InvalidDataException($"{_file}: tensor '{tensor.Name}' stands there twice.");
            }
        }
    }

    /// <summary>The script that made the file.</summary>
    public string MadeBy { get; }

    /// <summary>The version of PyTorch that computed it.</summary>
    public string Torch { get; }

    /// <summary>The type it was computed in.</summary>
    public string Dtype { get; }

    /// <summary>The names of the cases, in the file's order.</summary>
    public IReadOnlyCollection<string> Cases => _cases.Keys;

    /// <summary>The names of the tensors, in the file's order.</summary>
    public IReadOnlyCollection<string> Tensors => _tensors.Keys;

    /// <summary>Names of all golden files, sorted.</summary>
    public static IReadOnlyList<string> Files()
    {
        string[] files = Directory.GetFiles(PathOf(""), "*.json");
        Array.Sort(files, StringComparer.Ordinal);
        return Array.ConvertAll(files, f => Path.GetFileName(f));
    }

    /// <summary>Reads a golden file by its name, such as "penalty.json".</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not in the form of Golden/README.md.</exception>
    public static Golden Load(string file)
    {
        string path = PathOf(file);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"Golden file '{file}' is not in {PathOf("")}.", path);
        }

        return Parse(file, File.ReadAllText(path));
    }

    /// <summary>Reads a golden file's text; <paramref name="file"/> is its name in errors.</summary>
    /// <exception cref="InvalidDataException">It is not in the form of Golden/README.md.</exception>
    public static Golden Parse(string file, string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return new Golden(file, document.RootElement);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{file}: not JSON: {error.Message}", error);
        }
    }

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Has(string tensor) => _tensors.ContainsKey(tensor);

    /// <summary>A tensor's logical shape, in the order of Golden/README.md.</summary>
    public int[] Shape(string tensor) => [.. Find(tensor).Shape];

    /// <summary>A tensor's numbers, row-major, as they were computed.</summary>
    public double[] Doubles(string tensor) => [.. Find(tensor).Data];

    /// <summary>A tensor's numbers, row-major, rounded to float32.</summary>
    public float[] Floats(string tensor) => Array.ConvertAll(Find(tensor).Data, v => (float)v);

    /// <summary>A tensor's numbers as whole numbers (labels).</summary>
    /// <exception cref="InvalidDataException">One of them is not whole.</exception>
    public int[] Integers(string tensor) => Array.ConvertAll(
        Find(tensor).Data,
        v => v == Math.Floor(v) && Math.Abs(v) <= int.MaxValue
            ? (int)v
            : throw new InvalidDataException($"{_file}: tensor '{tensor}' should hold whole numbers, it holds {v}."));

    /// <summary>The one number of a tensor of one value, such as a loss.</summary>
    /// <exception cref="InvalidDataException">The tensor has more values, or none.</exception>
    public double Scalar(string tensor)
    {
        double[] data = Find(tensor).Data;
        return data.Length == 1
            ? data[0]
            : throw new InvalidDataException($"{_file}: tensor '{tensor}' should hold one value, it holds {data.Length}.");
    }

    /// <summary>A number among a case's settings.</summary>
    public double Number(string name, string setting) => Setting(name, setting, JsonValueKind.Number).GetDouble();

    /// <summary>A whole number among a case's settings.</summary>
    public int Integer(string name, string setting) => Setting(name, setting, JsonValueKind.Number).GetInt32();

    /// <summary>A word among a case's settings.</summary>
    public string Word(string name, string setting) => Setting(name, setting, JsonValueKind.String).GetString()!;

    /// <summary>A yes or no among a case's settings.</summary>
    public bool Flag(string name, string setting)
    {
        JsonElement found = Setting(name, setting, null);
        return found.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? found.GetBoolean()
            : throw new InvalidDataException($"{_file}: case '{name}': '{setting}' should be true or false, it is {found}.");
    }

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, Folder, file);

    private (int[] Shape, double[] Data) Find(string tensor) =>
        _tensors.TryGetValue(tensor, out (int[] Shape, double[] Data) found)
            ? found
            : throw new KeyNotFoundException($"{_file}: no tensor '{tensor}'; it has {string.Join(", ", _tensors.Keys)}.");

    private JsonElement Setting(string name, string setting, JsonValueKind? kind)
    {
        if (!_cases.TryGetValue(name, out Dictionary<string, JsonElement>? settings))
        {
            throw new KeyNotFoundException($"{_file}: no case '{name}'; it has {string.Join(", ", _cases.Keys)}.");
        }

        if (!settings.TryGetValue(setting, out JsonElement found))
        {
            throw new KeyNotFoundException(
                $"{_file}: case '{name}' has no '{setting}'; it has {string.Join(", ", settings.Keys)}.");
        }

        return kind is null || found.ValueKind == kind
            ? found
            : throw new InvalidDataException($"{_file}: case '{name}': '{setting}' should be a {kind}, it is {found}.");
    }

    private JsonElement Member(JsonElement parent, string name, JsonValueKind kind)
    {
        if (parent.ValueKind != JsonValueKind.Object || !parent.TryGetProperty(name, out JsonElement found))
        {
            throw new InvalidDataException($"{_file}: '{name}' is missing.");
        }

        return found.ValueKind == kind
            ? found
            : throw new InvalidDataException($"{_file}: '{name}' should be a {kind}, it is a {found.ValueKind}.");
    }

    private (int[] Shape, double[] Data) ReadTensor(JsonProperty tensor)
    {
        JsonElement shapes = Member(tensor.Value, "shape", JsonValueKind.Array);
        JsonElement numbers = Member(tensor.Value, "data", JsonValueKind.Array);
        var shape = new int[shapes.GetArrayLength()];
        long count = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            if (shapes[i].ValueKind != JsonValueKind.Number || !shapes[i].TryGetInt32(out shape[i]) || shape[i] < 0)
            {
                throw new InvalidDataException($"{_file}: tensor '{tensor.Name}' has the shape {shapes}.");
            }

            count *= shape[i];
        }

        if (count != numbers.GetArrayLength())
        {
            throw new InvalidDataException(
                $"{_file}: tensor '{tensor.Name}' has the shape {shapes}, so {count} values; it holds {numbers.GetArrayLength()}.");
        }

        var data = new double[count];
        int next = 0;
        foreach (JsonElement number in numbers.EnumerateArray())
        {
            if (number.ValueKind != JsonValueKind.Number || !double.IsFinite(data[next] = number.GetDouble()))
            {
                throw new InvalidDataException($"{_file}: tensor '{tensor.Name}'[{next}] is not a finite number: {number}.");
            }

            next++;
        }

        return (shape, data);
    }
}
