using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Cuda;

/// <summary>
/// A file of kernels as text, for tests that need no compiler: its own headers put in, comments taken out, and those macros
/// expanded that make kernels.
/// </summary>
internal sealed partial class KernelText
{
    private readonly Dictionary<string, (string[] Parameters, string Body)> _macros = [];
    private readonly Dictionary<string, int> _constants = [];
    private readonly string[] _sources;

    private KernelText(string file)
    {
        File = file;
        var whole = WithHeaders(file, ["common.cuh"]);
        _sources = whole.Split('\n');
        var text = Comments().Replace(whole, " ");
        text = Defines().Replace(text, Define);
        foreach (Match match in Constants().Matches(text))
        {
            _constants[match.Groups[1].Value] = int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        }

        Expanded = Expand(text);
    }

    /// <summary>The file's name.</summary>
    public string File { get; }

    /// <summary>The text without comments, macros expanded.</summary>
    public string Expanded { get; }

    /// <summary>Every kernel with the name of the structure that it takes; "?" where it takes anything else than one.</summary>
    public IReadOnlyList<(string Name, string Structure)> Entries =>
        [.. Kernels().Matches(Expanded).Select(match => (match.Groups["name"].Value,
            OneStructure().Match(match.Groups["parameters"].Value) is { Success: true } one ? one.Groups[1].Value : "?"))];

    /// <summary>Every file of kernels.</summary>
    public static IReadOnlyList<KernelText> All() =>
        [.. Repository.FilesBelow("kernels", "*.cu").Select(path => new KernelText(path["kernels/".Length..]))];

    /// <summary>The names that are registered for launches on the host.</summary>
    public IReadOnlyList<string> Registered() => [.. Registrations().Matches(Expanded).Select(match => match.Groups[1].Value)];

    /// <summary>The fields of a structure in their order: C type, name, and length where it is an array (else 0).</summary>
    public IReadOnlyList<(string Type, string Name, int Length)> Fields(string structure)
    {
        var body = Regex.Match(Expanded, $@"\bstruct\s+{structure}\s*\{{(?<body>[^}}]*)\}}");
        if (!body.Success)
        {
            throw new InvalidDataException($"{File} has no struct {structure}");
        }

        var fields = new List<(string, string, int)>();
        foreach (var declaration in body.Groups["body"].Value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var match = Declarations().Match(declaration);
            var type = Spaces().Replace(match.Groups["type"].Value, " ").Trim();
            foreach (var declarator in match.Groups["names"].Value.Split(',', StringSplitOptions.TrimEntries))
            {
                var array = Arrays().Match(declarator);
                fields.Add((type, array.Success ? array.Groups[1].Value : declarator, array.Success ? Length(array.Groups[2].Value) : 0));
            }
        }

        return fields;
    }

    /// <summary>
    /// All that the sources say about a kernel: the comments above its definition, above the macros that make it and above the
    /// template that is its body, and the file's first.
    /// </summary>
    public string CommentsFor(string kernel)
    {
        var stem = BodyOf(kernel);
        var macros = new HashSet<string>(MacrosFor(kernel));
        var comments = new StringBuilder();
        var block = new StringBuilder();
        foreach (var line in _sources)
        {
            if (line.StartsWith("//", StringComparison.Ordinal))
            {
                block.Append(line).Append('\n');
                continue;
            }

            if (block.Length > 0 && line.StartsWith("template", StringComparison.Ordinal))
            {
                continue;
            }

            var macro = MacroLine().Match(line);
            if (comments.Length == 0
                || (macro.Success ? macros.Contains(macro.Groups[1].Value) : Regex.IsMatch(line, $@"\bvoid\b.*\b({kernel}|{stem})\(")))
            {
                comments.Append(block);
            }

            block.Clear();
        }

        return comments.ToString();
    }

    /// <summary>Whether a kernel, or the template that is its body, has shared arrays.</summary>
    public bool UsesShared(string kernel)
    {
        var body = Regex.Match(Expanded, $@"\bvoid\b[^;{{}}]*\b{BodyOf(kernel)}\s*\([^)]*\)\s*\{{.*?\n\}}", RegexOptions.Singleline);
        return body.Value.Contains("RECEDE_SHARED", StringComparison.Ordinal);
    }

    // The template that a kernel of one line calls, or the kernel itself.
    private string BodyOf(string kernel)
    {
        var called = Regex.Match(Expanded, $@"\b{kernel}\s*\([^)]*\)\s*\{{\s*(\w+)\s*<");
        return called.Success ? called.Groups[1].Value : kernel;
    }

    private IEnumerable<string> MacrosFor(string kernel) =>
        from line in _sources
        let made = MacroUse().Match(line)
        where made.Success && _macros.ContainsKey(made.Groups[1].Value) && Regex.IsMatch(Expand(line), $@"\bvoid\b[^;{{]*\b{kernel}\s*\(")
        from name in _macros.Keys
        where name == made.Groups[1].Value || Regex.IsMatch(_macros[made.Groups[1].Value].Body, $@"\b{name}\b")
        select name;

    private static string WithHeaders(string file, HashSet<string> seen) => Includes().Replace(
        System.IO.File.ReadAllText(Repository.PathOf("kernels/" + file)).Replace("\r\n", "\n", StringComparison.Ordinal),
        match => seen.Add(match.Groups[1].Value) ? WithHeaders(match.Groups[1].Value, seen) : "");

    private string Define(Match match)
    {
        var (name, parameters, body) = (match.Groups["name"].Value, match.Groups["parameters"], match.Groups["body"].Value);
        body = body.Replace("\\\n", "\n", StringComparison.Ordinal).Trim();
        if (parameters.Success && name is not ("RECEDE_KERNEL" or "RECEDE_SHARED" or "RECEDE_SHARED_DYNAMIC"))
        {
            _macros[name] = (parameters.Value.Split(',', StringSplitOptions.TrimEntries), body);
        }
        else if (int.TryParse(body, CultureInfo.InvariantCulture, out var number))
        {
            _constants[name] = number;
        }

        return "";
    }

    // Macro by macro until none is left; a pasted name is whole before it is looked for.
    private string Expand(string text)
    {
        for (var round = 0; round < 10; round++)
        {
            var before = text;
            foreach (var (name, (parameters, body)) in _macros)
            {
                text = Regex.Replace(text, $@"\b{name}\s*\(([^()]*)\)", match =>
                {
                    var values = match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries);
                    var result = body;
                    for (var i = 0; i < parameters.Length && i < values.Length; i++)
                    {
                        var value = values[i];
                        result = Regex.Replace(result, $@"\b{parameters[i]}\b", _ => value);
                    }

                    return Pastes().Replace(result, "") + "\n";
                });
            }

            if (text == before)
            {
                break;
            }
        }

        return text;
    }

    private int Length(string expression) =>
        int.TryParse(expression, CultureInfo.InvariantCulture, out var number) ? number
        : _constants.TryGetValue(expression, out number) ? number
        : throw new InvalidDataException($"{File}: what is {expression}?");

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"^[ \t]*#include ""([\w.]+)""[^\n]*$", RegexOptions.Multiline)]
    private static partial Regex Includes();

    [GeneratedRegex(@"^[ \t]*#define[ \t]+(?<name>\w+)(?:\((?<parameters>[^)]*)\))?(?<body>(?:[^\n\\]|\\\n|\\)*)$", RegexOptions.Multiline)]
    private static partial Regex Defines();

    [GeneratedRegex(@"constexpr\s+int\s+(\w+)\s*=\s*(\d+)\s*;")]
    private static partial Regex Constants();

    [GeneratedRegex("""extern\s+"C"\s+__global__\s+void\s+(?:__launch_bounds__\s*\([^)]*\)\s*)?(?<name>\w+)\s*\((?<parameters>[^)]*)\)""")]
    private static partial Regex Kernels();

    [GeneratedRegex(@"^\s*const\s+(\w+)\s+\w+\s*$")]
    private static partial Regex OneStructure();

    [GeneratedRegex(@"\bRECEDE_KERNEL\s*\(\s*(\w+)\s*\)")]
    private static partial Regex Registrations();

    [GeneratedRegex(@"^(?<type>.*?[\s*])(?<names>\w+(?:\[\w+\])?(?:\s*,\s*\w+(?:\[\w+\])?)*)$", RegexOptions.Singleline)]
    private static partial Regex Declarations();

    [GeneratedRegex(@"^(\w+)\[(\w+)\]$")]
    private static partial Regex Arrays();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\s*##\s*")]
    private static partial Regex Pastes();

    [GeneratedRegex(@"^#define (\w+)\(")]
    private static partial Regex MacroLine();

    [GeneratedRegex(@"^(\w+)\(")]
    private static partial Regex MacroUse();
}
