using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>
/// What a saved module is made of again: the values that its <see cref="Module.Describe"/> wrote. They may come from anybody's
/// file: every getter checks what it reads and throws <see cref="InvalidDataException"/>, which names the module.
/// </summary>
public sealed class ModuleReader
{
    /// <summary>The largest integer that <see cref="Integer"/> gives: no stride or kernel is near it, and products of two fit.</summary>
    public const int MostInteger = short.MaxValue;

    private readonly JsonFields _fields;
    private readonly ChannelSpace[] _spaces;
    private readonly Func<string, Shape?>? _stored;

    internal ModuleReader(
        JsonFields fields, string path, Device device, IReadOnlyList<Module> children, ChannelSpace[] spaces, Func<string, Shape?>? stored)
    {
        _fields = fields;
        _spaces = spaces;
        _stored = stored;
        Path = path;
        Device = device;
        Children = children;
    }

    /// <summary>The module's path.</summary>
    public string Path { get; }

    /// <summary>Where its parameters are to lie.</summary>
    public Device Device { get; }

    /// <summary>The modules inside it, made already.</summary>
    public IReadOnlyList<Module> Children { get; }

    /// <summary>Reads an integer of at least <paramref name="least"/> and at most <see cref="MostInteger"/>.</summary>
    public int Integer(string name, int least = 0) => _fields.Integer(name, least, MostInteger);

    /// <summary>Reads a finite number.</summary>
    public float Number(string name) => _fields.Number(name);

    /// <summary>Reads a flag.</summary>
    public bool Flag(string name) => _fields.Flag(name);

    /// <summary>Reads a text.</summary>
    public string Text(string name) => _fields.Text(name);

    /// <summary>Reads a channel space.</summary>
    public ChannelSpace Space(string name) => _spaces.Length == 0
        ? throw _fields.Error($"the field '{name}' is a space, and the network has none")
        : _spaces[_fields.Integer(name, 0, _spaces.Length - 1)];

    /// <summary>
    /// Refuses a parameter that the file does not hold in this shape. To be called before the memory for it is asked for, so
    /// that a file cannot ask for more than it is large.
    /// </summary>
    /// <param name="parameter">Its path: "conv1.weight".</param>
    /// <param name="shape">Its logical shape.</param>
    public void Expect(string parameter, Shape shape)
    {
        if (_stored is not null && _stored(parameter) is var stored && stored != shape)
        {
            throw Error($"'{parameter}' would be {shape}, the file holds {stored?.ToString() ?? "none"}");
        }
    }

    /// <summary>An error that names the module.</summary>
    public InvalidDataException Error(string message) => _fields.Error(message);
}
