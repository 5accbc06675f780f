using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Architecture;

/// <summary>
/// Source files, parsed and bound as one program, so that a rule sees what a name means and not only how it is
/// spelled: a relative name, an alias or a member of another room's type is as much an arrow as a using.
/// </summary>
internal sealed class SourceTree
{
    // What ImplicitUsings gives a library.
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    // The assemblies that the tests run on are those that the sources are built against, less our own.
    private static readonly Lazy<MetadataReference[]> References = new(
        () => [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => !IsOurs(Path.GetFileNameWithoutExtension(path)))
            .Select(path => MetadataReference.CreateFromFile(path))]);

    private readonly CSharpCompilation _compilation;

    private SourceTree(IEnumerable<(string Path, string Text)> files)
    {
        // DEBUG, so that code of that configuration alone is read too.
        var options = CSharpParseOptions.Default
            .WithLanguageVersion(LanguageVersion.Preview)
            .WithPreprocessorSymbols("DEBUG", "TRACE", "NET", "NET10_0", "NET10_0_OR_GREATER");
        Files = [.. files.Select(file => CSharpSyntaxTree.ParseText(file.Text, options, file.Path))];

        _compilation = CSharpCompilation.Create(
            "Architecture",
            [.. Files, CSharpSyntaxTree.ParseText(ImplicitUsings, options, "ImplicitUsings.cs")],
            References.Value,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true));
    }

    public IReadOnlyList<SyntaxTree> Files { get; }

    public static SourceTree Of(params IEnumerable<(string Path, string Text)> files) => new(files);

    /// <summary>Everything below src/ of the checkout, but for the one project outside the solution: the packages whose types it
    /// names are not here.</summary>
    public static SourceTree OfRepository() => new(Repository.FilesBelow("src", "*.cs")
        .Where(path => !path.StartsWith("src/Recede.Cuda.ManagedCuda/", StringComparison.Ordinal))
        .Select(path => (path, File.ReadAllText(Repository.PathOf(path)))));

    public SemanticModel Bind(SyntaxTree file) => _compilation.GetSemanticModel(file);

    /// <summary>
    /// Names of types and namespaces that stayed unknown. A rule is blind to them, so there must be none.
    /// (Other errors may be: what a source generator would add is not here.)
    /// </summary>
    public IEnumerable<string> UnknownNames() =>
        _compilation.GetDiagnostics().Where(found => found.Id is "CS0246" or "CS0234").Select(found => found.ToString());

    private static bool IsOurs(string assembly) =>
        assembly == "recede" || assembly.StartsWith("Recede.", StringComparison.Ordinal);
}
