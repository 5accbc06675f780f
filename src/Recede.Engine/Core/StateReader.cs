using System.Text.Json;
using Recede.Engine.Devices;

namespace Recede.Engine.Core;

/// <summary>What a <see cref="StateWriter"/> wrote, read back from a file that may be anybody's: every getter checks, and throws
/// <see cref="InvalidDataException"/> with the place.</summary>
public sealed class StateReader
{
    private readonly JsonFields _fields;
    private readonly Func<string, Shape, float[]> _tensor;
    private readonly string _prefix;

    internal StateReader(JsonElement values, Func<string, Shape, float[]> tensor, string prefix = "")
    {
        _fields = new JsonFields(values, prefix.Length == 0 ? "state" : $"state {prefix.TrimEnd('/')}");
        _tensor = tensor;
        _prefix = prefix;
    }

    /// <summary>Whether there is a value, list or section of this name.</summary>
    public bool Has(string name) => _fields.Has(name);

    /// <summary>Reads an integer from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public int Integer(string name, int least = 0, int most = int.MaxValue) => _fields.Integer(name, least, most);

    /// <summary>Reads an integer of 64 bits.</summary>
    public long Long(string name) => _fields.Long(name);

    /// <summary>Reads a finite number.</summary>
    public double Number(string name) => _fields.Double(name);

    /// <summary>Reads a flag.</summary>
    public bool Flag(string name) => _fields.Flag(name);

    /// <summary>Reads a text.</summary>
    public string Text(string name) => _fields.Text(name);

    /// <summary>Reads integers.</summary>
    public int[] Integers(string name)
    {
        var array = _fields.Get(name, JsonValueKind.Array);
        var values = new int[array.GetArrayLength()];
        for (var i = 0; i < values.Length; i++)
        {
            if (array[i].ValueKind != JsonValueKind.Number || !array[i].TryGetInt32(out values[i]))
            {
                throw Error($"entry {i} of '{name}' is {array[i]}, expected an integer");
            }
        }

        return values;
    }

    /// <summary>Reads finite numbers.</summary>
    public double[] Numbers(string name)
    {
        var array = _fields.Get(name, JsonValueKind.Array);
        var values = new double[array.GetArrayLength()];
        for (var i = 0; i < values.Length; i++)
        {
            if (array[i].ValueKind != JsonValueKind.Number || !array[i].TryGetDouble(out values[i]) || !double.IsFinite(values[i]))
            {
                throw Error($"entry {i} of '{name}' is {array[i]}, expected a finite number");
            }
        }

        return values;
    }

    /// <summary>Reads floats, row-major.</summary>
    /// <param name="name">Its name in this section.</param>
    /// <param name="shape">The shape that it must have.</param>
    public float[] Tensor(string name, Shape shape) => _tensor(_prefix + name, shape);

    /// <summary>A section.</summary>
    public StateReader Section(string name) =>
        new(_fields.Get(name, JsonValueKind.Object), _tensor, $"{_prefix}{name}/");

    /// <summary>The entries of a list; none when there is no such list.</summary>
    public IReadOnlyList<StateReader> List(string name)
    {
        if (!Has(name))
        {
            return [];
        }

        var entries = new List<StateReader>();
        foreach (var element in _fields.Get(name, JsonValueKind.Array).EnumerateArray())
        {
            entries.Add(new StateReader(element, _tensor, $"{_prefix}{name}/{entries.Count}/"));
        }

        return entries;
    }

    /// <summary>An error that tells the place.</summary>
    public InvalidDataException Error(string message) => _fields.Error(message);
}
