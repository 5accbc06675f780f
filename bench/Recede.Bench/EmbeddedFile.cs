using System.Text.Json;

namespace Recede.Bench;

/// <summary>A file of bench/ that is embedded in the program, so that it is the one that the program was built with.</summary>
internal static class EmbeddedFile
{
    /// <summary>Parses it.</summary>
    public static JsonDocument Json(string name)
    {
        using var stream = typeof(EmbeddedFile).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidDataException($"{name} is not embedded in the benchmarks.");
        return JsonDocument.Parse(stream);
    }
}
