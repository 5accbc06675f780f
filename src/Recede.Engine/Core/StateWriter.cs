using System.Text.Json.Nodes;
using Recede.Engine.Devices;

namespace Recede.Engine.Core;

/// <summary>Collects state: values and lists as JSON, arrays of floats as tensors. Tensors are read only when they are written out,
/// so what they come from must stay as it is until then.</summary>
public sealed class StateWriter
{
    private readonly JsonObject _values;
    private readonly List<StateTensor> _tensors;
    private readonly string _prefix;

    /// <summary>Starts with nothing.</summary>
    public StateWriter()
        : this([], [], "")
    {
    }

    private StateWriter(JsonObject values, List<StateTensor> tensors, string prefix)
    {
        _values = values;
        _tensors = tensors;
        _prefix = prefix;
    }

    /// <summary>The tensors so far.</summary>
    internal IReadOnlyList<StateTensor> Tensors => _tensors;

    /// <summary>Writes an integer.</summary>
    public void Write(string name, long value) => _values.Add(name, value);

    /// <summary>Writes a finite number, exactly.</summary>
    /// <exception cref="ArgumentException">It is not finite; the message names it.</exception>
    public void Write(string name, double value) => _values.Add(name, Finite(name, value));

    /// <summary>Writes a flag.</summary>
    public void Write(string name, bool value) => _values.Add(name, value);

    /// <summary>Writes a text.</summary>
    public void Write(string name, string value) => _values.Add(name, value);

    /// <summary>Writes integers.</summary>
    public void Write(string name, IReadOnlyList<int> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var array = new JsonArray();
        foreach (var value in values)
        {
            array.Add((JsonNode)value);
        }

        _values.Add(name, array);
    }

    /// <summary>Writes a few finite floats, exactly, as numbers.</summary>
    /// <exception cref="ArgumentException">One is not finite; the message names them.</exception>
    public void Write(string name, ReadOnlySpan<float> values)
    {
        var array = new JsonArray();
        foreach (var value in values)
        {
            Finite(name, value);
            array.Add((JsonNode)value);
        }

        _values.Add(name, array);
    }

    /// <summary>Writes floats, exactly; they are asked for when the file is written.</summary>
    /// <param name="name">Its name in this section.</param>
    /// <param name="shape">Logical shape; a vector [1, 1, 1, C] is stored as [C].</param>
    /// <param name="values">Gives the values, row-major.</param>
    public void Write(string name, Shape shape, Func<float[]> values) => _tensors.Add(new StateTensor(_prefix + name, shape, values));

    /// <summary>Begins a section of its own names.</summary>
    public StateWriter Section(string name)
    {
        var values = new JsonObject();
        _values.Add(name, values);
        return new StateWriter(values, _tensors, $"{_prefix}{name}/");
    }

    /// <summary>Appends an entry to a list of sections.</summary>
    public StateWriter Append(string list)
    {
        if (_values[list] is not JsonArray array)
        {
            array = [];
            _values.Add(list, array);
        }

        var values = new JsonObject();
        array.Add((JsonNode)values);
        return new StateWriter(values, _tensors, $"{_prefix}{list}/{array.Count - 1}/");
    }

    /// <summary>The values as JSON.</summary>
    internal string ToJson() => _values.ToJsonString();

    private double Finite(string name, double value) => double.IsFinite(value)
        ? value
        : throw new ArgumentException($"state {_prefix}{name} is {value}: expected a finite number.", nameof(value));
}
