using Recede.Engine.Tests.Support;

namespace Recede.Engine.Tests.Architecture;

/// <summary>The checkout keeps the rules of docs/architecture.md.</summary>
public sealed class ArchitectureTests
{
    private static readonly string[] CodeFolders = ["src", "tests", "bench"];

    private SourceTree _sources = null!;

    [OneTimeSetUp]
    public void ReadTheSources() => _sources = SourceTree.OfRepository();

    [Test]
    public void Every_name_in_the_sources_is_understood()
    {
        Assert.That(_sources.Files, Is.Not.Empty);
        Assert.That(_sources.UnknownNames(), Is.Empty);
    }

    [Test]
    public void No_room_uses_one_that_the_table_does_not_allow() => Expect(SymbolRules.Arrows(_sources));

    [Test]
    public void Pointers_and_intrinsics_stay_in_the_device_code() => Expect(SymbolRules.UnsafeCode(_sources));

    [Test]
    public void The_engine_uses_no_reflection() => Expect(SymbolRules.Reflection(_sources));

    [Test]
    public void Every_status_of_a_CUDA_call_is_checked() => Expect(SymbolRules.UncheckedStatuses(_sources));

    [Test]
    public void A_file_has_one_public_type_at_most() => Expect(FileRules.SeveralPublicTypes(_sources));

    [Test]
    public void Namespaces_follow_folders() => Expect(FileRules.StrayNamespaces(_sources));

    [Test]
    public void Files_are_short()
    {
        var files = CodeFolders.SelectMany(folder => Repository.FilesBelow(folder, "*.*"))
            .Where(path => path.EndsWith(".cs", StringComparison.Ordinal) || path.Contains("Generator", StringComparison.OrdinalIgnoreCase))
            .Select(path => (path, File.ReadAllText(Repository.PathOf(path))))
            .ToList();
        Expect(FileRules.TooLong(files));
    }

    [Test]
    public void File_names_say_what_is_in_them() =>
        Expect(FileRules.EmptilyNamed(CodeFolders.SelectMany(folder => Repository.FilesBelow(folder, "*.cs"))));

    private static void Expect(IEnumerable<Finding> findings)
    {
        var lines = findings.Select(finding => finding.ToString()).Distinct().ToList();
        Assert.That(lines, Is.Empty, () => string.Join(Environment.NewLine, lines));
    }
}
