using System.Text.RegularExpressions;
using Recede.Engine.Devices.Cuda;

namespace Recede.Bench.Gpu.Check;

/// <summary>
/// The kernels of a source: each is followed by RECEDE_KERNEL(name), if need be inside a macro that makes several, whose uses
/// are put in here as a compiler would.
/// </summary>
internal static partial class KernelNames
{
    private const string Registration = "RECEDE_KERNEL";
    private const int MostNested = 8;

    /// <summary>Names in the order of the text; headers are read along.</summary>
    public static IReadOnlyList<string> Of(string text)
    {
        var macros = new Dictionary<string, (string[] Parameters, string Body)>();
        foreach (var header in KernelSource.HeaderNames.Where(header => text.Contains($"\"{header}\"", StringComparison.Ordinal)))
        {
            Plain(KernelSource.ReadEmbedded(header), macros);
        }

        var plain = Plain(text, macros);
        for (var round = 0; round < MostNested; round++)
        {
            plain = Use().Replace(plain, match => macros.TryGetValue(match.Groups[1].Value, out var macro)
                ? Put(macro, match.Groups[2].Value.Split(',', StringSplitOptions.TrimEntries))
                : match.Value);
        }

        return [.. Registered().Matches(plain).Select(match => match.Groups[1].Value).Distinct()];
    }

    // Without comments and macros; those that make kernels are remembered.
    private static string Plain(string text, Dictionary<string, (string[] Parameters, string Body)> macros) =>
        Define().Replace(Comment().Replace(text.ReplaceLineEndings("\n"), " "), match =>
        {
            var (name, body) = (match.Groups["name"].Value, match.Groups["body"].Value.Replace("\\\n", "\n", StringComparison.Ordinal));
            if (name != Registration && (body.Contains(Registration, StringComparison.Ordinal) || macros.Keys.Any(body.Contains)))
            {
                macros[name] = (match.Groups["parameters"].Value.Split(',', StringSplitOptions.TrimEntries), body);
            }

            return "";
        });

    private static string Put((string[] Parameters, string Body) macro, string[] values)
    {
        var body = macro.Body;
        for (var i = 0; i < Math.Min(macro.Parameters.Length, values.Length); i++)
        {
            body = Regex.Replace(body, $@"\b{macro.Parameters[i]}\b", values[i].Replace("$", "$$", StringComparison.Ordinal));
        }

        return Paste().Replace(body, "") + "\n";
    }

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"^[ \t]*#define[ \t]+(?<name>\w+)\((?<parameters>[^)]*)\)(?<body>(?:[^\n\\]|\\\n|\\)*)$", RegexOptions.Multiline)]
    private static partial Regex Define();

    [GeneratedRegex(@"\b([A-Z][A-Z0-9_]*)\s*\(([^()]*)\)")]
    private static partial Regex Use();

    [GeneratedRegex(@"\bRECEDE_KERNEL\s*\(\s*(\w+)\s*\)")]
    private static partial Regex Registered();

    [GeneratedRegex(@"\s*##\s*")]
    private static partial Regex Paste();
}
