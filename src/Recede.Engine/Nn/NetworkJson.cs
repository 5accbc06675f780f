using System.Text.Json;
using Recede.Engine.Core;
using Recede.Engine.Devices;

namespace Recede.Engine.Nn;

/// <summary>
/// A network's description as JSON: its name, the shape of an image, its channel spaces with their widths now, and its tree of
/// modules. Weights are none of it.
/// </summary>
public static class NetworkJson
{
    private const string FormatName = "recede-network";
    private const int FormatVersion = 1;
    private const int MostModules = 100_000;

    // Objects and lists inside one another. A module is an object in its container's list: 31 levels below the root.
    private const int MostDepth = 64;

    /// <summary>Describes a network.</summary>
    /// <exception cref="NotSupportedException">A module cannot be saved: it names no type, is masked, or lies in more than 31 containers.</exception>
    public static string Write(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var spaces = new SpaceTable();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("format", FormatName);
            json.WriteNumber("version", FormatVersion);
            json.WriteString("name", network.Name);
            json.WriteStartArray("image");
            json.WriteNumberValue(network.ImageShape.H);
            json.WriteNumberValue(network.ImageShape.W);
            json.WriteNumberValue(network.ImageShape.C);
            json.WriteEndArray();
            json.WritePropertyName("root");
            WriteModule(json, network.Root, new ModuleWriter(json, spaces));
            json.WriteStartArray("spaces");
            spaces.Write(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Makes a network of its description; its parameters are zeros, but for the norms' running variance.</summary>
    /// <param name="json">What <see cref="Write"/> gave.</param>
    /// <param name="device">Where its parameters are to lie.</param>
    /// <param name="types">The module types that may be made; null for the built-in ones.</param>
    /// <param name="stored">The shapes of the parameters that a file holds; null where there is no file to hold against.</param>
    /// <exception cref="InvalidDataException">It is no such description; the message says what is wrong and where.</exception>
    /// <exception cref="DeviceOutOfMemoryException">The device has not that much memory.</exception>
    public static Network Read(string json, Device device, ModuleTypes? types = null, Func<string, Shape?>? stored = null)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(device);
        var made = new List<Module>();
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MostDepth });
            var fields = new JsonFields(document.RootElement, "network");
            if (fields.Text("format") != FormatName || fields.Integer("version", 1, int.MaxValue) != FormatVersion)
            {
                throw fields.Error($"is {fields.Text("format")} of version {fields.Get("version", JsonValueKind.Number)}, expected {FormatName} of version {FormatVersion}");
            }

            var image = ImageShape(fields);
            var spaces = SpaceTable.Read(fields.Get("spaces", JsonValueKind.Array));
            var root = Module(fields.Get("root", JsonValueKind.Object), device, spaces, types ?? new ModuleTypes(), stored, made);
            return new Network(fields.Text("name"), device, root, image);
        }
        catch (Exception e)
        {
            foreach (var parameter in made.SelectMany(module => module.OwnParameters))
            {
                parameter.Dispose();
            }

            if (e is JsonException or ArgumentException or ShapeMismatchException or OverflowException or InvalidOperationException)
            {
                throw new InvalidDataException($"The network's description does not hold together: {e.Message}", e);
            }

            throw;
        }
    }

    private static void WriteModule(Utf8JsonWriter json, Module module, ModuleWriter writer)
    {
        var type = module.TypeName
            ?? throw new NotSupportedException($"{module} cannot be saved: its type has no name; override {nameof(Nn.Module.TypeName)} and {nameof(Nn.Module.Describe)}, and register a reader.");
        if (json.CurrentDepth >= MostDepth)
        {
            throw new NotSupportedException($"{module} cannot be saved: it lies in too many containers, each inside the next.");
        }

        json.WriteStartObject();
        json.WriteString("type", type);
        json.WriteString("path", module.Path);
        module.Describe(writer);
        if (module.Children.Count > 0)
        {
            json.WriteStartArray("children");
            foreach (var child in module.Children)
            {
                WriteModule(json, child, writer);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static Shape ImageShape(JsonFields fields)
    {
        var sides = new List<int>();
        foreach (var side in fields.Get("image", JsonValueKind.Array).EnumerateArray())
        {
            if (!side.TryGetInt32(out var value) || value < 1 || value > ModuleReader.MostInteger)
            {
                throw fields.Error($"an image's side is {side}");
            }

            sides.Add(value);
        }

        return sides.Count == 3
            ? new Shape(1, sides[0], sides[1], sides[2])
            : throw fields.Error($"an image has rows, columns and channels, this one {sides.Count} numbers");
    }

    private static Module Module(
        JsonElement element, Device device, ChannelSpace[] spaces, ModuleTypes types, Func<string, Shape?>? stored, List<Module> made)
    {
        var name = new JsonFields(element, "a module");
        var (type, path) = (name.Text("type"), name.Text("path"));
        var fields = new JsonFields(element, $"module '{type}' at '{path}'");
        var children = new List<Module>();
        if (element.TryGetProperty("children", out _))
        {
            foreach (var child in fields.Get("children", JsonValueKind.Array).EnumerateArray())
            {
                children.Add(Module(child, device, spaces, types, stored, made));
            }
        }

        if (made.Count == MostModules)
        {
            throw fields.Error($"is one more than the {MostModules} modules that a network may have");
        }

        var module = types.Make(type, new ModuleReader(fields, path, device, children, spaces, stored));
        made.Add(module);
        return module;
    }
}
