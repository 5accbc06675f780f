using System.Text.Json;

namespace Recede.Engine.Reports;

/// <summary>A run as its run.json tells it: what a page is made of, whoever wrote the file. Accuracies are shares, 0..1.</summary>
public sealed record StoredRun
{
    /// <summary>The name of the file in a run's folder.</summary>
    public const string FileName = "run.json";

    // Thousands of epochs of a hundred ratios are a few megabytes.
    private const long MostBytes = 64 << 20;

    /// <summary>Where it was read from, for people.</summary>
    public required string Source { get; init; }

    /// <summary>Version of the engine that wrote it.</summary>
    public required string EngineVersion { get; init; }

    /// <summary>Short name of the device.</summary>
    public required string Device { get; init; }

    /// <summary>Threads that the device worked with.</summary>
    public required int Threads { get; init; }

    /// <summary>The vector instructions in use.</summary>
    public required string Simd { get; init; }

    /// <summary>What it multiplied with.</summary>
    public required string Precision { get; init; }

    /// <summary>Whether 3x3 convolutions could take Winograd's tiles; null on a GPU, or where the file is older than that.</summary>
    public bool? Winograd { get; init; }

    /// <summary>Name of the data set.</summary>
    public required string Dataset { get; init; }

    /// <summary>Training images.</summary>
    public required int TrainImages { get; init; }

    /// <summary>Test images.</summary>
    public required int TestImages { get; init; }

    /// <summary>Rows and columns of an image as the network got it; null where the file is older than that.</summary>
    public (int Height, int Width)? ImageSize { get; init; }

    /// <summary>Whether an epoch took a random part of each training image; null where the file is older than that.</summary>
    public bool? RandomCrops { get; init; }

    /// <summary>Name of the network.</summary>
    public required string Network { get; init; }

    /// <summary>How it was trained and pruned: "bounded", "l1", "uniform", "random".</summary>
    public required string Method { get; init; }

    /// <summary>Its seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Epochs of the training.</summary>
    public required int Epochs { get; init; }

    /// <summary>Images a step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>The learning rate that the schedule started from.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Strength of the penalty on the scales; null when there was none.</summary>
    public required double? Lambda { get; init; }

    /// <summary>Shift of the polarising penalty; null when there was none.</summary>
    public required double? Shift { get; init; }

    /// <summary>The rest of the training's recipe; null where the file is older than that.</summary>
    public StoredRecipe? Recipe { get; init; }

    /// <summary>Channels that a layer kept at least; null where the file is older than that.</summary>
    public int? MinimumChannels { get; init; }

    /// <summary>Epochs of each fine-tuning.</summary>
    public required int FineTuneEpochs { get; init; }

    /// <summary>The learning rate that each fine-tuning started from.</summary>
    public required double FineTuneLearningRate { get; init; }

    /// <summary>Whether fine-tuning began with the shrunk momentum of the training; null where the file is older than that.</summary>
    public bool? CarryMomentum { get; init; }

    /// <summary>The rest of the fine-tuning's recipe; null where the file is older than that.</summary>
    public StoredRecipe? FineTuneRecipe { get; init; }

    /// <summary>A histogram of all norms' channels an epoch: bins of equal size over 0..1.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Importances { get; init; }

    /// <summary>The training's epochs.</summary>
    public required IReadOnlyList<StoredEpoch> Training { get; init; }

    /// <summary>The epoch that was kept, from 1; 0 for none.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>The trained network.</summary>
    public required StoredNetwork Unpruned { get; init; }

    /// <summary>The pruned networks, in the order of the ratios asked for.</summary>
    public required IReadOnlyList<StoredPruning> Pruned { get; init; }

    /// <summary>Images of a pass when the latency was measured.</summary>
    public required int LatencyBatch { get; init; }

    /// <summary>Seconds that the whole run took; NaN where it was not finite.</summary>
    public required double WallSeconds { get; init; }

    /// <summary>Reads the run.json of a run's folder.</summary>
    /// <exception cref="IOException">There is none, or it cannot be read; the message names it.</exception>
    /// <exception cref="InvalidDataException">It is no such report, or of a version that is not known here; the message names it.</exception>
    public static StoredRun OfFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var path = Path.Combine(folder, FileName);
        return File.Exists(path)
            ? Load(path, folder)
            : throw new FileNotFoundException($"{path} is not there: a run that is done writes it into the folder that --out names.");
    }

    /// <summary>Reads a run.json.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">What pages call it.</param>
    /// <exception cref="IOException">It cannot be read; the message names it.</exception>
    /// <exception cref="InvalidDataException">It is no such report, or of a version that is not known here; the message names it.</exception>
    public static StoredRun Load(string path, string source)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(source);
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > MostBytes)
            {
                throw new InvalidDataException($"{path} has {stream.Length} bytes, expected at most {MostBytes}: it is no report of a run.");
            }

            using var json = JsonDocument.Parse(stream);
            return RunJsonReader.Read(json.RootElement, path, source);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{path} cannot be read: {e.Message}", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Half of a pair of surrogates is the other thing that a JSON text can hold and a string cannot.
            throw new InvalidDataException($"{path} is no JSON: {e.Message}", e);
        }
    }
}
