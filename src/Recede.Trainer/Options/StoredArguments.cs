using System.Text.Json;
using System.Text.Json.Nodes;

namespace Recede.Trainer.Options;

/// <summary>The arguments of a run as they are kept with it, so that --resume needs none of them.</summary>
internal static class StoredArguments
{
    /// <summary>As JSON.</summary>
    public static string Write(IReadOnlyList<string> arguments) =>
        new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]).ToJsonString();

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is no such list.</exception>
    public static string[] Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return [.. document.RootElement.EnumerateArray().Select(element => element.GetString() ?? "")];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"The checkpoint's settings are no arguments of recede run: {e.Message}", e);
        }
    }
}
