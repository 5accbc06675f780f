using System.Text.Json;
using System.Text.Json.Serialization;

namespace Recede.Bench.ShortRuns;

/// <summary>The file that the study writes, and that bench/peer/short_runs.py writes too. Accuracies are in percent.</summary>
internal sealed record ShortRunFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Version of the engine; null in the peer's file.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Recede { get; init; }

    /// <summary>Version of PyTorch; null in ours.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Torch { get; init; }

    /// <summary>Every option.</summary>
    public JsonElement Recipe { get; init; }

    public int TrainImages { get; init; }

    public int TestImages { get; init; }

    public List<Run> Runs { get; init; } = [];

    /// <summary>Options as they are written into <see cref="Recipe"/>.</summary>
    public static JsonElement Describe(ShortRunOptions options) => JsonSerializer.SerializeToElement(options, Json);

    /// <exception cref="InvalidDataException">The file is none of these.</exception>
    public static ShortRunFile Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<ShortRunFile>(stream, Json) ?? throw new InvalidDataException($"{path}: is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, Json) + "\n");

    /// <summary>One method and seed.</summary>
    internal sealed record Run(
        string Network,
        string Dataset,
        string Method,
        int Seed,
        string? Penalty,
        double Lambda,
        double Shift,
        IReadOnlyList<Epoch> Epochs,
        Scores Scores,
        Unpruned Unpruned,
        List<Pruned> Pruned,
        double Seconds);

    /// <summary>One epoch of the unpruned network's training; the loss is null where it diverged.</summary>
    internal sealed record Epoch([property: JsonPropertyName("epoch")] int Number, double? Loss, double Accuracy);

    /// <summary>Scores of all norms' channels: 20 bins over 0..1, and two shares.</summary>
    internal sealed record Scores(IReadOnlyList<int> Histogram, double Under005, double Between01And05);

    internal sealed record Unpruned(double Accuracy, double LastAccuracy, double BestAccuracy, long Parameters, long Flops);

    internal sealed record Pruned(
        double Ratio,
        double AchievedRatio,
        double AccuracyBeforeFinetune,
        double Accuracy,
        double BestAccuracy,
        bool Diverged,
        long Parameters,
        long Flops,
        IReadOnlyList<int> Widths);
}
