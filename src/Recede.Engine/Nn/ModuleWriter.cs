using System.Text.Json;
using Recede.Engine.Core;

namespace Recede.Engine.Nn;

/// <summary>
/// What a module says of itself when its network is saved: the values that its reader (<see cref="ModuleTypes"/>) makes it of
/// again. Type, path and children are written by the network.
/// </summary>
public sealed class ModuleWriter
{
    private readonly Utf8JsonWriter _json;
    private readonly SpaceTable _spaces;

    internal ModuleWriter(Utf8JsonWriter json, SpaceTable spaces)
    {
        _json = json;
        _spaces = spaces;
    }

    /// <summary>Writes an integer.</summary>
    public void Write(string name, int value) => _json.WriteNumber(name, value);

    /// <summary>Writes a finite number.</summary>
    public void Write(string name, float value) => _json.WriteNumber(name, value);

    /// <summary>Writes a flag.</summary>
    public void Write(string name, bool value) => _json.WriteBoolean(name, value);

    /// <summary>Writes a text.</summary>
    public void Write(string name, string value) => _json.WriteString(name, value);

    /// <summary>Writes a channel space; modules that share it share it again when they are read.</summary>
    public void Write(string name, ChannelSpace space) => _json.WriteNumber(name, _spaces.IndexOf(space));
}
