using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Recede.Engine.Tests.Architecture;

/// <summary>The rules about files: how long, how many public types, what names.</summary>
internal static class FileRules
{
    // About 300: that a tenth more is needed is no reason to tear a type apart.
    public const int MostLines = 330;

    // Names that say nothing, so that everything ends up in them.
    private static readonly string[] EmptyNames = ["Util", "Helper", "Manager"];

    /// <summary>
    /// Files that are too long. A generated one may be: in a folder named Generated, whose generator stands beside it
    /// (in that folder or in the one above, with "Generator" in its name).
    /// </summary>
    public static IEnumerable<Finding> TooLong(IReadOnlyCollection<(string Path, string Text)> files)
    {
        foreach (var (path, text) in files)
        {
            var lines = text.AsSpan().Count('\n') + (text.EndsWith('\n') ? 0 : 1);
            if (lines <= MostLines)
            {
                continue;
            }

            if (GeneratedFolder(path) is not { } folder)
            {
                yield return new Finding(path, lines, $"has {lines} lines, more than {MostLines}");
            }
            else if (!files.Any(file => IsGeneratorBeside(file.Path, folder)))
            {
                yield return new Finding(path, lines, "is generated, but no generator stands beside its folder");
            }
        }
    }

    /// <summary>Files named Utils, Helpers, Manager and the like.</summary>
    public static IEnumerable<Finding> EmptilyNamed(IEnumerable<string> paths) =>
        from path in paths
        let name = path[(path.LastIndexOf('/') + 1)..]
        where EmptyNames.Any(empty => name.Contains(empty, StringComparison.OrdinalIgnoreCase))
        select new Finding(path, 1, $"'{name}' does not say what is in it");

    /// <summary>Files with more than one public top-level type.</summary>
    public static IEnumerable<Finding> SeveralPublicTypes(SourceTree sources) =>
        from file in sources.Files
        let types = PublicTypes(file)
        where types.Count > 1
        select new Finding(file.FilePath, 1, $"has {types.Count} public types: {string.Join(", ", types)}");

    /// <summary>Files whose namespace is not their folder's.</summary>
    public static IEnumerable<Finding> StrayNamespaces(SourceTree sources) =>
        from file in sources.Files
        let expected = Rooms.NamespaceOf(file.FilePath)
        from declared in file.GetRoot().DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
        where declared.Name.ToString() != expected
        select new Finding(
            file.FilePath,
            declared.GetLocation().GetLineSpan().StartLinePosition.Line + 1,
            $"declares {declared.Name}, expected {expected}");

    private static List<string> PublicTypes(SyntaxTree file) =>
        [.. file.GetRoot()
            .DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .Where(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
            .Cast<MemberDeclarationSyntax>()
            .Where(type => type.Modifiers.Any(SyntaxKind.PublicKeyword))
            .Select(type => type is BaseTypeDeclarationSyntax named ? named.Identifier.Text : ((DelegateDeclarationSyntax)type).Identifier.Text)];

    // "a/b/Generated/" of "a/b/Generated/c.cs"; null when no folder of the path has that name.
    private static string? GeneratedFolder(string path)
    {
        const string Name = "/Generated/";
        var at = path.IndexOf(Name, StringComparison.Ordinal);
        return at < 0 ? null : path[..(at + Name.Length)];
    }

    private static bool IsGeneratorBeside(string path, string generatedFolder)
    {
        var folder = path[..(path.LastIndexOf('/') + 1)];
        var name = path[folder.Length..];
        var above = generatedFolder[..(generatedFolder.TrimEnd('/').LastIndexOf('/') + 1)];
        return name.Contains("Generator", StringComparison.OrdinalIgnoreCase) && (folder == generatedFolder || folder == above);
    }
}
