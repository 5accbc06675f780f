using System.Text.Json;
using Recede.Engine.Core;
using Recede.Engine.Pruning;
using Recede.Engine.Training;

namespace Recede.Engine.Reports;

/// <summary>Reads what <see cref="RunJson"/> wrote, now or before; the file may be anybody's.</summary>
internal static class RunJsonReader
{
    private const int MostBins = 1000;

    /// <summary>Reads a report.</summary>
    /// <param name="root">The file's value.</param>
    /// <param name="path">The file, for errors.</param>
    /// <param name="source">What pages call it.</param>
    /// <exception cref="InvalidDataException">It is no such report, or of a version that is not known here.</exception>
    public static StoredRun Read(JsonElement root, string path, string source)
    {
        var run = new JsonFields(root, path);
        if (!run.Has("format") || run.Text("format") != RunJson.FormatName)
        {
            throw run.Error($"is no report of a run: expected the field 'format' to be '{RunJson.FormatName}'");
        }

        if (run.Integer("version", int.MinValue, int.MaxValue) is var version && version != RunJson.FormatVersion)
        {
            throw run.Error($"is of version {version}; this program reads version {RunJson.FormatVersion}");
        }

        var dataset = Part(run, "dataset", path);
        var tuning = Part(run, "fineTuning", path);
        var latency = Part(run, "latency", path);
        var unpruned = Part(run, "unpruned", path);
        var before = unpruned.Has("widths") ? Widths(unpruned, $"{path}: unpruned") : null;
        var importances = Importances(run);
        var training = History(run, path);
        return new StoredRun
        {
            Source = source,
            EngineVersion = run.Text("engineVersion"),
            Device = run.Text("device"),
            Threads = run.Integer("threads", 1, int.MaxValue),
            Simd = run.Text("simd"),

            // Runs before there was a choice multiplied in float32.
            Precision = run.Has("precision") ? run.Text("precision") : "float32",
            Winograd = OptionalFlag(run, "winograd"),
            Dataset = dataset.Text("name"),
            TrainImages = dataset.Integer("train", 0, int.MaxValue),
            TestImages = dataset.Integer("test", 0, int.MaxValue),
            ImageSize = dataset.Has("height")
                ? (dataset.Integer("height", 1, int.MaxValue), dataset.Integer("width", 1, int.MaxValue))
                : null,
            RandomCrops = OptionalFlag(run, "randomCrops"),
            Network = run.Text("network"),
            Method = run.Text("method"),
            Seed = Seed(run),
            Epochs = run.Integer("epochs", 0, int.MaxValue),
            BatchSize = run.Integer("batch", 1, int.MaxValue),
            LearningRate = run.Double("learningRate"),
            Lambda = Optional(run, "lambda"),
            Shift = Optional(run, "shift"),
            Recipe = Recipe(run, path),
            MinimumChannels = run.Has("minimumChannels") ? run.Integer("minimumChannels", 1, int.MaxValue) : null,
            FineTuneEpochs = tuning.Integer("epochs", 0, int.MaxValue),
            FineTuneLearningRate = tuning.Double("learningRate"),
            CarryMomentum = OptionalFlag(tuning, "carryMomentum"),
            FineTuneRecipe = Recipe(tuning, $"{path}: fineTuning"),
            Importances = importances.Length == training.Count
                ? importances
                : throw run.Error($"has {training.Count} epochs in 'history' and {importances.Length} in 'importances'"),
            Training = training,
            BestEpoch = run.Integer("bestEpoch", 0, int.MaxValue),
            Unpruned = Network(unpruned),
            Pruned = [.. run.Get("pruned", JsonValueKind.Array).EnumerateArray().Select(
                (element, i) => Pruning(element, $"{path}: pruned entry {i + 1}", before))],
            LatencyBatch = latency.Integer("batch", 1, int.MaxValue),
            WallSeconds = OrNaN(run, "wallSeconds"),
        };
    }

    private static StoredPruning Pruning(JsonElement element, string place, List<(string Space, int Width)>? before)
    {
        var fields = new JsonFields(element, place);
        var after = Widths(fields, place);
        if (before is not null && !before.Select(width => width.Space).SequenceEqual(after.Select(width => width.Space)))
        {
            throw fields.Error("has widths of other spaces than 'unpruned'");
        }

        return new StoredPruning(
            Share(fields, "ratio"),
            Share(fields, "achievedRatio"),
            OrNaN(fields, "accuracyBeforeFinetune"),
            Network(fields),
            before is null ? [] : [.. before.Zip(after, (old, left) => new SpaceWidth(old.Space, old.Width, left.Width))],
            History(fields, place),
            fields.Has("masked") ? Masked(Part(fields, "masked", place)) : null);
    }

    private static StoredRecipe? Recipe(JsonFields fields, string place)
    {
        if (!fields.Has("recipe"))
        {
            return null;
        }

        var recipe = Part(fields, "recipe", place);
        return new StoredRecipe(
            recipe.Text("schedule"),
            recipe.Double("warmUpEpochs"),
            recipe.Double("momentum"),
            recipe.Flag("nesterov"),
            recipe.Double("weightDecay"),
            recipe.Double("boundedScaleRate"),
            recipe.Double("labelSmoothing"),
            recipe.Integer("cropPadding", 0, int.MaxValue),
            recipe.Flag("flip"),
            recipe.Flag("keepBest"));
    }

    private static MaskedComparison Masked(JsonFields fields) => new(
        OrNaN(fields, "largestDifference"), OrNaN(fields, "largestLogit"), fields.Integer("images", 1, int.MaxValue));

    private static StoredNetwork Network(JsonFields fields) => new(
        OrNaN(fields, "accuracy"),
        Count(fields, "parameters"),
        Count(fields, "flops"),
        Count(fields, "logicalBytes"),
        Count(fields, "physicalBytes"),
        OrNaN(fields, "latencyMs"));

    private static List<StoredEpoch> History(JsonFields fields, string place)
    {
        var epochs = new List<StoredEpoch>();
        foreach (var element in fields.Get("history", JsonValueKind.Array).EnumerateArray())
        {
            var epoch = new JsonFields(element, $"{place}: history entry {epochs.Count + 1}");
            epochs.Add(new StoredEpoch(
                epoch.Integer("epoch", 1, int.MaxValue),
                epoch.Double("learningRate"),
                OrNaN(epoch, "trainLoss"),
                OrNaN(epoch, "trainAccuracy"),
                OrNaN(epoch, "testLoss"),
                OrNaN(epoch, "testAccuracy"),
                OrNaN(epoch, "penalty"),
                OrNaN(epoch, "seconds")));
        }

        return epochs;
    }

    private static int[][] Importances(JsonFields run)
    {
        var epochs = run.Get("importances", JsonValueKind.Array).EnumerateArray().Select((element, i) => Bins(run, element, i + 1)).ToArray();
        return Array.TrueForAll(epochs, bins => bins.Length == epochs[0].Length)
            ? epochs
            : throw run.Error("has histograms of different lengths in 'importances'");
    }

    private static int[] Bins(JsonFields run, JsonElement element, int epoch)
    {
        if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() is < 1 or > MostBins)
        {
            throw run.Error($"entry {epoch} of 'importances' is no list of 1 to {MostBins} counts");
        }

        var bins = new int[element.GetArrayLength()];
        for (var i = 0; i < bins.Length; i++)
        {
            if (element[i].ValueKind != JsonValueKind.Number || !element[i].TryGetInt32(out bins[i]) || bins[i] < 0)
            {
                throw run.Error($"entry {epoch} of 'importances' holds {element[i]}, expected a count of channels");
            }
        }

        return bins;
    }

    private static List<(string Space, int Width)> Widths(JsonFields fields, string place)
    {
        var element = fields.Get("widths", JsonValueKind.Object);
        var widths = new JsonFields(element, $"{place}: widths");
        return [.. element.EnumerateObject().Select(property => (property.Name, widths.Integer(property.Name, 0, int.MaxValue)))];
    }

    private static JsonFields Part(JsonFields fields, string name, string place) =>
        new(fields.Get(name, JsonValueKind.Object), $"{place}: {name}");

    private static ulong Seed(JsonFields run)
    {
        var value = run.Get("seed", JsonValueKind.Number);
        return value.TryGetUInt64(out var seed) ? seed : throw run.Error($"the field 'seed' is {value}, expected an integer of 0 or more");
    }

    private static long Count(JsonFields fields, string name) =>
        fields.Long(name) is >= 0 and var count ? count : throw fields.Error($"the field '{name}' is below 0");

    private static double Share(JsonFields fields, string name) =>
        fields.Double(name) is >= 0 and <= 1 and var share ? share : throw fields.Error($"the field '{name}' is {fields.Double(name)}, expected 0 to 1");

    private static double? Optional(JsonFields fields, string name) => fields.IsNull(name) ? null : fields.Double(name);

    private static bool? OptionalFlag(JsonFields fields, string name) => !fields.Has(name) || fields.IsNull(name) ? null : fields.Flag(name);

    private static double OrNaN(JsonFields fields, string name) => Optional(fields, name) ?? double.NaN;
}
