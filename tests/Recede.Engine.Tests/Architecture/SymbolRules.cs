using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Recede.Engine.Tests.Architecture;

/// <summary>The rules about what code may name: rooms, intrinsics, reflection.</summary>
internal static class SymbolRules
{
    // Of a type object, what needs no metadata beyond its identity.
    private static readonly string[] HarmlessTypeMembers = ["Name", "FullName", "Assembly", "TypeHandle"];

    /// <summary>Names of another room's types or members that the table does not allow.</summary>
    public static IEnumerable<Finding> Arrows(SourceTree sources)
    {
        foreach (var file in sources.Files)
        {
            var from = Rooms.Of(Rooms.NamespaceOf(file.FilePath));
            if (from is null)
            {
                yield return new Finding(file.FilePath, 1, "is in a folder that is no room of the house");
                continue;
            }

            foreach (var (node, type, ns) in Uses(sources, file))
            {
                if (!IsOurs(ns))
                {
                    continue;
                }

                var to = Rooms.Of(ns);
                if (to is null || !Rooms.Allows(from, to))
                {
                    yield return At(node, $"{from} may not use {ns} ({type})");
                }
            }
        }
    }

    /// <summary>Pointers, intrinsics and unchecked references outside the files that may hold them.</summary>
    public static IEnumerable<Finding> UnsafeCode(SourceTree sources)
    {
        foreach (var file in sources.Files.Where(file => !MayBeUnsafe(file.FilePath)))
        {
            foreach (var token in file.GetRoot().DescendantTokens().Where(token => token.IsKind(SyntaxKind.UnsafeKeyword)))
            {
                yield return At(token.Parent!, "unsafe code outside Devices, *.Cpu.cs, *.Cuda.cs and Recede.Cuda");
            }

            foreach (var (node, type, ns) in Uses(sources, file))
            {
                if (IsBelow(ns, "System.Runtime.Intrinsics") || type is "System.Runtime.CompilerServices.Unsafe")
                {
                    yield return At(node, $"{type} outside Devices, *.Cpu.cs, *.Cuda.cs and Recede.Cuda");
                }
            }
        }
    }

    /// <summary>Reflection in the engine. Reading an embedded resource is none.</summary>
    public static IEnumerable<Finding> Reflection(SourceTree sources)
    {
        foreach (var file in sources.Files.Where(file => file.FilePath.StartsWith(Rooms.EngineFolder, StringComparison.Ordinal)))
        {
            foreach (var (node, type, ns) in Uses(sources, file))
            {
                var name = (node as SimpleNameSyntax)?.Identifier.ValueText;
                var isReflection = (IsBelow(ns, "System.Reflection") && name is not ("GetManifestResourceStream" or "Name"))
                    || type is "System.Activator"
                    || (type is "System.Type" && name != "Type" && !HarmlessTypeMembers.Contains(name));
                if (isReflection)
                {
                    yield return At(node, $"reflection: {type}.{name}");
                }
            }
        }
    }

    /// <summary>
    /// Calls of a C library whose status nobody looks at. One that is meant to be passed over goes to Release, or to a discard.
    /// </summary>
    public static IEnumerable<Finding> UncheckedStatuses(SourceTree sources)
    {
        foreach (var file in sources.Files)
        {
            var model = sources.Bind(file);
            var calls = file.GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>().Where(call =>
                call.Parent is ExpressionStatementSyntax || (call.Parent is ArrowExpressionClauseSyntax && IsVoid(model, call)));
            foreach (var call in calls)
            {
                if (Symbol(model, call) is IMethodSymbol { ReturnType: { Name: "Status", TypeKind: TypeKind.Enum } } method
                    && IsBelow(method.ContainingNamespace.ToDisplayString(), "Recede.Cuda"))
                {
                    yield return At(call, $"the status of {method.Name} is not checked");
                }
            }
        }
    }

    private static bool IsVoid(SemanticModel model, InvocationExpressionSyntax call) =>
        call.Parent?.Parent is { } owner && model.GetDeclaredSymbol(owner) is IMethodSymbol { ReturnsVoid: true };

    // Every type that the file names or whose member it names, with its namespace; and each namespace that it imports.
    private static IEnumerable<(SyntaxNode Node, string Type, string Namespace)> Uses(SourceTree sources, SyntaxTree file)
    {
        var model = sources.Bind(file);
        foreach (var node in file.GetRoot().DescendantNodes())
        {
            if (node is UsingDirectiveSyntax { NamespaceOrType: { } imported })
            {
                if (Symbol(model, imported) is INamespaceSymbol space)
                {
                    yield return (node, "using", space.ToDisplayString());
                }
            }
            else if (node is SimpleNameSyntax { IsVar: false } or BaseObjectCreationExpressionSyntax or ElementAccessExpressionSyntax)
            {
                var type = OwnerOf(Symbol(model, node));
                if (type is not null)
                {
                    yield return (node, NameOf(type), type.ContainingNamespace.ToDisplayString());
                }
            }
        }
    }

    private static ISymbol? Symbol(SemanticModel model, SyntaxNode node)
    {
        var info = model.GetSymbolInfo(node);
        return info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
    }

    private static INamedTypeSymbol? OwnerOf(ISymbol? symbol) => symbol switch
    {
        INamedTypeSymbol { ContainingNamespace: not null } type => type,
        IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol when symbol.ContainingType is { ContainingNamespace: not null } type => type,
        _ => null,
    };

    private static string NameOf(INamedTypeSymbol type) => $"{type.ContainingNamespace.ToDisplayString()}.{type.Name}";

    private static bool IsOurs(string ns) => IsBelow(ns, "Recede");

    private static bool IsBelow(string ns, string top) =>
        ns == top || ns.StartsWith(top + ".", StringComparison.Ordinal);

    private static bool MayBeUnsafe(string path) =>
        path.StartsWith(Rooms.EngineFolder + "Devices/", StringComparison.Ordinal)
        || path.StartsWith("src/Recede.Cuda/", StringComparison.Ordinal)
        || path.EndsWith(".Cpu.cs", StringComparison.Ordinal)
        || path.EndsWith(".Cuda.cs", StringComparison.Ordinal);

    private static Finding At(SyntaxNode node, string what) =>
        new(node.SyntaxTree.FilePath, node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, what);
}
