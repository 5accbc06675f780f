using System.Text.Json;
using Recede.Engine.Core;

namespace Recede.Engine.Nn;

/// <summary>The channel spaces of a network, each with a number; a derived one stands behind those that it is made of.</summary>
internal sealed class SpaceTable
{
    /// <summary>The widest space that is read: no layer's is near it, and products with it do not overflow.</summary>
    private const int MostChannels = 1 << 24;

    private readonly Dictionary<ChannelSpace, int> _indices = [];
    private readonly List<ChannelSpace> _spaces = [];

    /// <summary>The number of a space, which gets one if it has none.</summary>
    public int IndexOf(ChannelSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (_indices.TryGetValue(space, out var index))
        {
            return index;
        }

        foreach (var source in space.Sources)
        {
            IndexOf(source);
        }

        _indices.Add(space, _spaces.Count);
        _spaces.Add(space);
        return _spaces.Count - 1;
    }

    /// <summary>Writes all that have a number.</summary>
    public void Write(Utf8JsonWriter json)
    {
        foreach (var space in _spaces)
        {
            json.WriteStartObject();
            json.WriteString("name", space.Name);
            if (space.IsDerived)
            {
                json.WriteNumber("repeats", space.Repeats);
                json.WriteStartArray("of");
                foreach (var source in space.Sources)
                {
                    json.WriteNumberValue(_indices[source]);
                }

                json.WriteEndArray();
            }
            else
            {
                json.WriteNumber("width", space.Width);
                json.WriteBoolean("prunable", space.Prunable);
            }

            json.WriteEndObject();
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is no such list.</exception>
    public static ChannelSpace[] Read(JsonElement array)
    {
        var spaces = new List<ChannelSpace>();
        foreach (var element in array.EnumerateArray())
        {
            var entry = new JsonFields(element, $"space {spaces.Count}");
            var name = entry.Text("name");
            spaces.Add(element.TryGetProperty("of", out var of)
                ? Derived(spaces, of, name, entry)
                : new ChannelSpace(name, entry.Integer("width", 1, MostChannels), entry.Flag("prunable")));
        }

        return [.. spaces];
    }

    private static ChannelSpace Derived(List<ChannelSpace> spaces, JsonElement of, string name, JsonFields entry)
    {
        var repeats = entry.Integer("repeats", 1, MostChannels);
        if (of.ValueKind != JsonValueKind.Array || of.GetArrayLength() >= ChannelSpace.MostParts)
        {
            throw entry.Error($"is made of no list of fewer than {ChannelSpace.MostParts} spaces");
        }

        var sources = new List<ChannelSpace>();
        long width = 0;
        foreach (var source in of.EnumerateArray())
        {
            if (!source.TryGetInt32(out var index) || index < 0 || index >= spaces.Count)
            {
                throw entry.Error($"is made of space {source}, and {spaces.Count} stand before it");
            }

            sources.Add(spaces[index]);
            width += spaces[index].Width;
        }

        if (sources.Count == 0 || width * repeats > MostChannels || (sources.Count > 1 && repeats > 1))
        {
            throw entry.Error($"has {sources.Count} sources of {width} channels, {repeats} times");
        }

        return sources.Count > 1 ? ChannelSpace.Concatenated(name, [.. sources]) : sources[0].Repeated(name, repeats);
    }
}
