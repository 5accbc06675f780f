using System.Text.Json;

namespace Recede.Engine.Pruning;

/// <content>Saving and loading.</content>
public sealed partial class PruningPlan
{
    private const string FormatName = "recede-pruning-plan";
    private const int FormatVersion = 1;

    /// <summary>Writes the plan as JSON.</summary>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("format", FormatName);
        json.WriteNumber("version", FormatVersion);
        json.WriteString("network", NetworkName);
        json.WriteNumber("ratio", Ratio);
        Write("before", Before);
        Write("after", After);
        json.WriteStartArray("spaces");
        foreach (var width in Widths)
        {
            json.WriteStartObject();
            json.WriteString("name", width.Space);
            json.WriteNumber("width", width.Before);
            json.WriteStartArray("kept");
            foreach (var index in _kept[width.Space])
            {
                json.WriteNumberValue(index);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();

        void Write(string name, Nn.NetworkCost cost)
        {
            json.WriteStartObject(name);
            json.WriteNumber("parameters", cost.Parameters);
            json.WriteNumber("multiplyAdds", cost.MultiplyAdds);
            json.WriteNumber("logicalBytes", cost.LogicalBytes);
            json.WriteNumber("physicalBytes", cost.PhysicalBytes);
            json.WriteEndObject();
        }
    }

    /// <summary>Reads a plan that <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is no such plan; the message says what is wrong with it.</exception>
    public static PruningPlan Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        try
        {
            using var document = JsonDocument.Parse(stream);
            var root = document.RootElement;
            if (root.GetProperty("format").GetString() != FormatName || root.GetProperty("version").GetInt32() != FormatVersion)
            {
                throw new InvalidDataException($"Not a {FormatName} of version {FormatVersion}.");
            }

            var widths = new List<SpaceWidth>();
            var kept = new Dictionary<string, int[]>();
            foreach (var element in root.GetProperty("spaces").EnumerateArray())
            {
                var name = element.GetProperty("name").GetString() ?? "";
                var width = element.GetProperty("width").GetInt32();
                var indices = element.GetProperty("kept").EnumerateArray().Select(e => e.GetInt32()).ToArray();
                for (var i = 0; i < indices.Length; i++)
                {
                    if (indices[i] < (i == 0 ? 0 : indices[i - 1] + 1) || indices[i] >= width)
                    {
                        throw new InvalidDataException(
                            $"Space '{name}': kept channels must be sorted, distinct and below {width}; entry {i} is {indices[i]}.");
                    }
                }

                if (indices.Length == 0 || !kept.TryAdd(name, indices))
                {
                    throw new InvalidDataException($"Space '{name}' keeps no channel, or stands twice.");
                }

                widths.Add(new SpaceWidth(name, width, indices.Length));
            }

            var network = root.GetProperty("network").GetString() ?? "";
            var ratio = root.GetProperty("ratio").GetDouble();
            if (widths.Count == 0 || !(ratio is >= 0 and < 1))
            {
                throw new InvalidDataException($"A plan speaks of at least one space and of a ratio in [0, 1); this one of {widths.Count}, and of {ratio}.");
            }

            return new PruningPlan(network, ratio, widths, kept, Cost("before"), Cost("after"));

            Nn.NetworkCost Cost(string name)
            {
                var cost = root.GetProperty(name);
                return new Nn.NetworkCost(
                    cost.GetProperty("parameters").GetInt64(),
                    cost.GetProperty("multiplyAdds").GetInt64(),
                    cost.GetProperty("logicalBytes").GetInt64(),
                    cost.GetProperty("physicalBytes").GetInt64());
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"Not a pruning plan: {e.Message}", e);
        }
    }
}
