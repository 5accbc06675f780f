using System.Text;
using Recede.Engine.Core;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;

namespace Recede.Engine.Training;

/// <summary>
/// The results of a run as state: written to a checkpoint, and read back. What a network gives right after pruning may not be finite;
/// such a number is left out, and read back as NaN.
/// </summary>
internal static class RunRecords
{
    public static void Save(StateWriter writer, EpochReport epoch)
    {
        writer.Write("epoch", epoch.Epoch);
        writer.Write("epochs", epoch.Epochs);
        writer.Write("learningRate", epoch.LearningRate);
        writer.Write("trainLoss", epoch.TrainLoss);
        writer.Write("penalty", epoch.Penalty);
        writer.Write("trainAccuracy", epoch.TrainAccuracy);
        Save(writer.Section("test"), epoch.Test);
        writer.Write("importances", epoch.Importances);
        writer.Write("trainSeconds", epoch.TrainSeconds);
        writer.Write("isBest", epoch.IsBest);
    }

    public static EpochReport ReadEpoch(StateReader reader) => new(
        reader.Integer("epoch", 1),
        reader.Integer("epochs", 1),
        (float)reader.Number("learningRate"),
        reader.Number("trainLoss"),
        reader.Number("penalty"),
        reader.Number("trainAccuracy"),
        ReadEvaluation(reader.Section("test")),
        reader.Integers("importances"),
        reader.Number("trainSeconds"),
        reader.Flag("isBest"));

    public static void Save(StateWriter writer, Evaluation evaluation)
    {
        WriteFinite(writer, "loss", evaluation.Loss);
        writer.Write("accuracy", evaluation.Accuracy);
        writer.Write("images", evaluation.Images);
    }

    public static Evaluation ReadEvaluation(StateReader reader) =>
        new(OrNaN(reader, "loss"), reader.Number("accuracy"), reader.Integer("images"));

    public static void Save(StateWriter writer, FitResult fit)
    {
        foreach (var epoch in fit.Epochs)
        {
            Save(writer.Append("epochs"), epoch);
        }

        writer.Write("bestEpoch", fit.BestEpoch);
        Save(writer.Section("final"), fit.Final);
    }

    public static FitResult ReadFit(StateReader reader) => new(
        [.. reader.List("epochs").Select(ReadEpoch)], reader.Integer("bestEpoch"), ReadEvaluation(reader.Section("final")));

    public static void Save(StateWriter writer, NetworkResult result)
    {
        writer.Write("accuracy", result.Accuracy);
        writer.Write("parameters", result.Cost.Parameters);
        writer.Write("multiplyAdds", result.Cost.MultiplyAdds);
        writer.Write("logicalBytes", result.Cost.LogicalBytes);
        writer.Write("physicalBytes", result.Cost.PhysicalBytes);
        writer.Write("latencyMs", result.LatencyMilliseconds);
    }

    public static NetworkResult ReadNetwork(StateReader reader) => new(
        reader.Number("accuracy"),
        new NetworkCost(reader.Long("parameters"), reader.Long("multiplyAdds"), reader.Long("logicalBytes"), reader.Long("physicalBytes")),
        reader.Number("latencyMs"));

    public static void Save(StateWriter writer, PrunedResult result)
    {
        Save(writer, result.Plan, result.BeforeFineTuning, result.Masked);
        Save(writer.Section("fineTuning"), result.FineTuning);
        Save(writer.Section("result"), result.Result);
    }

    public static PrunedResult ReadPruned(StateReader reader)
    {
        var (plan, before, masked) = ReadPlan(reader);
        return new PrunedResult(plan, before, ReadFit(reader.Section("fineTuning")), ReadNetwork(reader.Section("result"))) { Masked = masked };
    }

    /// <summary>What was pruned, and how the network was right after it.</summary>
    public static void Save(StateWriter writer, PruningPlan plan, Evaluation before, MaskedComparison? masked)
    {
        using var json = new MemoryStream();
        plan.Save(json);
        writer.Write("plan", Encoding.UTF8.GetString(json.ToArray()));
        Save(writer.Section("before"), before);
        if (masked is { } comparison)
        {
            var section = writer.Section("masked");
            WriteFinite(section, "largestDifference", comparison.LargestDifference);
            WriteFinite(section, "largestLogit", comparison.LargestLogit);
            section.Write("images", comparison.Images);
        }
    }

    public static (PruningPlan Plan, Evaluation Before, MaskedComparison? Masked) ReadPlan(StateReader reader)
    {
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(reader.Text("plan")));
        var masked = reader.Has("masked") ? ReadMasked(reader.Section("masked")) : (MaskedComparison?)null;
        return (PruningPlan.Load(json), ReadEvaluation(reader.Section("before")), masked);
    }

    private static MaskedComparison ReadMasked(StateReader reader) =>
        new(OrNaN(reader, "largestDifference"), OrNaN(reader, "largestLogit"), reader.Integer("images", 1));

    private static void WriteFinite(StateWriter writer, string name, double value)
    {
        if (double.IsFinite(value))
        {
            writer.Write(name, value);
        }
    }

    private static double OrNaN(StateReader reader, string name) => reader.Has(name) ? reader.Number(name) : double.NaN;
}
