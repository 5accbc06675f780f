using System.Text.Json;
using Recede.Engine.Nn;
using Recede.Engine.Pruning;
using Recede.Engine.Training;

namespace Recede.Engine.Reports;

/// <summary>What the reports' JSON has in common: the same fields have the same names everywhere.</summary>
internal static class ReportFields
{
    /// <summary>Where it was computed.</summary>
    public static void WriteMachine(this Utf8JsonWriter json, MachineReport machine)
    {
        json.WriteString("device", machine.Device);
        json.WriteNumber("threads", machine.Threads);
        json.WriteString("simd", machine.Simd);
        json.WriteString("precision", machine.Precision);
        if (machine.Winograd is { } winograd)
        {
            json.WriteBoolean("winograd", winograd);
        }
        else
        {
            json.WriteNull("winograd");
        }
    }

    /// <summary>The images.</summary>
    public static void WriteDataset(this Utf8JsonWriter json, string name, int train, int test, int height, int width)
    {
        json.WriteStartObject("dataset");
        json.WriteString("name", name);
        json.WriteNumber("train", train);
        json.WriteNumber("test", test);
        json.WriteNumber("height", height);
        json.WriteNumber("width", width);
        json.WriteEndObject();
    }

    /// <summary>How a network was trained or fine-tuned, but for what stands beside it: epochs, batch, learning rate, penalty, seed.</summary>
    public static void WriteRecipe(this Utf8JsonWriter json, FitOptions options)
    {
        json.WriteStartObject("recipe");
        json.WriteString("schedule", options.Decay == LearningRateDecay.Cosine ? "cosine" : "step");
        json.WriteNumber("warmUpEpochs", options.WarmUpEpochs);
        json.WriteNumber("momentum", options.Momentum);
        json.WriteBoolean("nesterov", options.Nesterov);
        json.WriteNumber("weightDecay", options.WeightDecay);
        json.WriteNumber("boundedScaleRate", options.BoundedScaleRate);
        json.WriteNumber("labelSmoothing", options.LabelSmoothing);
        json.WriteNumber("cropPadding", options.CropPadding);
        json.WriteBoolean("flip", options.Flip);
        json.WriteBoolean("keepBest", options.KeepBest);
        json.WriteEndObject();
    }

    /// <summary>How the latency was measured.</summary>
    public static void WriteLatency(this Utf8JsonWriter json, int batch, int threads)
    {
        json.WriteStartObject("latency");
        json.WriteNumber("batch", batch);
        json.WriteNumber("threads", threads);
        json.WriteEndObject();
    }

    /// <summary>Each epoch's histogram.</summary>
    public static void WriteImportances(this Utf8JsonWriter json, IReadOnlyList<EpochReport> epochs)
    {
        json.WriteStartArray("importances");
        foreach (var epoch in epochs)
        {
            json.WriteStartArray();
            foreach (var count in epoch.Importances)
            {
                json.WriteNumberValue(count);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    /// <summary>Each epoch's figures.</summary>
    public static void WriteHistory(this Utf8JsonWriter json, IReadOnlyList<EpochReport> epochs)
    {
        json.WriteStartArray("history");
        foreach (var epoch in epochs)
        {
            json.WriteStartObject();
            json.WriteNumber("epoch", epoch.Epoch);
            json.WriteNumber("learningRate", epoch.LearningRate);
            json.WriteFinite("trainLoss", epoch.TrainLoss);
            json.WriteFinite("trainAccuracy", epoch.TrainAccuracy);
            json.WriteFinite("testLoss", epoch.Test.Loss);
            json.WriteFinite("testAccuracy", epoch.Test.Accuracy);
            json.WriteFinite("penalty", epoch.Penalty);
            json.WriteFinite("seconds", epoch.TrainSeconds);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Widths of spaces, by name.</summary>
    public static void WriteWidths(this Utf8JsonWriter json, string name, IReadOnlyList<SpaceWidth> widths, Func<SpaceWidth, int> which)
    {
        json.WriteStartObject(name);
        foreach (var width in widths)
        {
            json.WriteNumber(width.Space, which(width));
        }

        json.WriteEndObject();
    }

    /// <summary>Parameters, multiply-adds, bytes.</summary>
    public static void WriteCost(this Utf8JsonWriter json, NetworkCost cost)
    {
        json.WriteNumber("parameters", cost.Parameters);
        json.WriteNumber("flops", cost.MultiplyAdds);
        json.WriteNumber("logicalBytes", cost.LogicalBytes);
        json.WriteNumber("physicalBytes", cost.PhysicalBytes);
    }

    /// <summary>Accuracy, cost and speed.</summary>
    public static void WriteNetwork(this Utf8JsonWriter json, NetworkResult result)
    {
        json.WriteFinite("accuracy", result.Accuracy);
        json.WriteCost(result.Cost);
        json.WriteFinite("latencyMs", result.LatencyMilliseconds);
    }

    public static void WriteFinite(this Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    // A float is written as its own shortest text: 0.1, not the double 0.10000000149.
    public static void WriteFinite(this Utf8JsonWriter json, string name, float? value)
    {
        if (value is { } number && float.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
