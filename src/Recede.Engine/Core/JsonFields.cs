using System.Text.Json;

namespace Recede.Engine.Core;

/// <summary>The fields of a JSON object that may be anybody's: every one is checked, and an error says where.</summary>
internal readonly struct JsonFields
{
    private readonly JsonElement _object;
    private readonly string _place;

    public JsonFields(JsonElement element, string place)
    {
        _object = element;
        _place = place;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Error($"is no JSON object but a {element.ValueKind}");
        }
    }

    public InvalidDataException Error(string message) => new($"{_place}: {message}");

    public JsonElement Get(string name, JsonValueKind kind)
    {
        if (!_object.TryGetProperty(name, out var value))
        {
            throw Error($"lacks the field '{name}'");
        }

        return value.ValueKind == kind ? value : throw Error($"the field '{name}' is a {value.ValueKind}, expected a {kind}");
    }

    public int Integer(string name, int least, int most)
    {
        var value = Get(name, JsonValueKind.Number);
        return value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Error($"the field '{name}' is {value}, expected an integer from {least} to {most}");
    }

    public long Long(string name)
    {
        var value = Get(name, JsonValueKind.Number);
        return value.TryGetInt64(out var number) ? number : throw Error($"the field '{name}' is {value}, expected an integer");
    }

    public double Double(string name)
    {
        var value = Get(name, JsonValueKind.Number);
        return value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Error($"the field '{name}' is {value}, expected a finite number");
    }

    /// <summary>Whether a field is there and says that there is no value.</summary>
    public bool IsNull(string name) => _object.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Null;

    public bool Has(string name) => _object.TryGetProperty(name, out _);

    public float Number(string name)
    {
        var value = Get(name, JsonValueKind.Number);
        return value.TryGetSingle(out var number) && float.IsFinite(number)
            ? number
            : throw Error($"the field '{name}' is {value}, expected a finite number");
    }

    public bool Flag(string name)
    {
        var value = _object.TryGetProperty(name, out var found) ? found : throw Error($"lacks the field '{name}'");
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : throw Error($"the field '{name}' is a {value.ValueKind}, expected true or false");
    }

    public string Text(string name) => Get(name, JsonValueKind.String).GetString()!;
}
